"""Something that facts are recorded about, and its names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.world.names import slug


@dataclass(frozen=True, slots=True)
class Entity:
    """Something that facts are recorded about."""

    id: str
    kind: str
    """As in the catalogue: nation, town, hospital, …"""
    form: str
    """Which of a language's patterns words it: a structure is a bridge, a tunnel, …"""
    names: Mapping[str, str]
    """The name proper in each language, without the words for its kind."""
    shorts: Mapping[str, str]
    """What people call it."""
    home: str
    """The town it belongs to (its own name for a town, the country's for national things)."""

    @property
    def slug(self) -> str:
        return slug(f"{self.names['en']}-{self.form}" if self.kind != "town" else self.names["en"])
