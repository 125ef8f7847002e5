"""Every model that a scoring round runs."""

from __future__ import annotations

from typing import Final

from scoring.models.core import CORE
from scoring.models.model import Model

MODELS: Final[tuple[Model, ...]] = (CORE,)
