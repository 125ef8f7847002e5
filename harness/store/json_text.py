"""JSON as this server writes it: no blanks, and characters as themselves."""

from __future__ import annotations

import json
from typing import Any


def json_text(value: Any) -> str:
    """A JSON value as text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
