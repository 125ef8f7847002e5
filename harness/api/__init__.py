"""The local X: the AI Note Writer API over HTTP, on your own machine."""

from __future__ import annotations

from harness.api.app import create_app
from harness.api.settings import ServerSettings

__all__ = ["ServerSettings", "create_app"]
