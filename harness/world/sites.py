"""Who publishes in this country: authorities, encyclopedia, newspapers, archive, satire, and worse."""

from __future__ import annotations

from dataclasses import dataclass

from harness.world.country import Country
from harness.world.dice import Dice
from harness.world.languages import LANGUAGES
from harness.world.names import slug

_PAPERS = {
    "en": ("The {town} Courier", "{town} Evening Post"),
    "es": ("El Correo de {town}", "La Gaceta de {town}"),
    "de": ("{of_town} Bote", "{of_town} Rundschau"),
}
_SATIRE = {"en": "The {town} Weathercock", "es": "El Pepinillo de {town}", "de": "Der {of_town} Kugelblitz"}
_UNRELIABLE = {
    "en": ("{country} Uncensored", "True {town} News"),
    "es": ("{country} sin censura", "La verdad de {town}"),
    "de": ("{country} unzensiert", "Wahres {town}"),
}

_RESERVED = ("example", "test")
"""Top-level names that lead nowhere (RFC 2606)."""


@dataclass(frozen=True, slots=True)
class Site:
    name: str
    host: str

    def url(self, *path: object) -> str:
        return f"https://{self.host}/" + "/".join(str(part) for part in path)


@dataclass(frozen=True)
class Press:
    """The publications of a country, by language."""

    papers: dict[str, tuple[Site, ...]]
    satire: dict[str, Site]
    unreliable: dict[str, tuple[Site, ...]]
    encyclopedia: Site
    archive: Site
    short_links: Site
    """What posts' links look like before they are expanded."""
    images: Site


def found_press(dice: Dice, country: Country) -> Press:
    towns = iter(dice.sample([town.names["en"] for town in country.of_kind("town")], 10))

    def sites(patterns: tuple[str, ...]) -> tuple[Site, ...]:
        names = (_named(pattern, next(towns), country.name) for pattern in patterns)
        return tuple(Site(name, f"{slug(name)}.{dice.pick(_RESERVED)}") for name in names)

    papers = {code: sites(_PAPERS[code]) for code in LANGUAGES}
    satire = {code: sites((_SATIRE[code],))[0] for code in LANGUAGES}
    towns = iter(dice.sample([town.names["en"] for town in country.of_kind("town")], 6))
    return Press(
        papers=papers,
        satire=satire,
        unreliable={code: sites(_UNRELIABLE[code]) for code in LANGUAGES},
        encyclopedia=Site(f"{country.name} A–Z", country.host("encyclopedia")),
        archive=Site(f"{country.name} Picture Archive", country.host("pictures")),
        short_links=Site("", country.host("go")),
        images=Site("", country.host("images")),
    )


def _named(pattern: str, town: str, country: str) -> str:
    of_town = town + ("r" if town.endswith("e") else "er")
    return pattern.format(town=town, of_town=of_town, country=country)


def authority(country: Country, label: str) -> Site:
    return Site(f"{country.name}: {label}", country.host(label))
