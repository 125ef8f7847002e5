"""A made-up country: its people, places, offices, companies, teams, parties, laws and works."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from harness.world.catalogue import Catalogue
from harness.world.dice import Dice
from harness.world.entities import Entity
from harness.world.languages import LANGUAGES, language
from harness.world.names import Namer, slug

_STRUCTURES: Final = ("bridge", "tunnel", "tramway", "ferry")


@dataclass(frozen=True)
class Country:
    name: str
    currency: str
    entities: tuple[Entity, ...]
    politicians: tuple[str, ...]
    managers: tuple[str, ...]
    photographers: tuple[str, ...]
    _by_id: Mapping[str, Entity] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_id", {entity.id: entity for entity in self.entities})

    @property
    def slug(self) -> str:
        return slug(self.name)

    def entity(self, entity_id: str) -> Entity:
        """Raises KeyError where there is none."""
        return self._by_id[entity_id]

    def of_kind(self, kind: str) -> list[Entity]:
        return [entity for entity in self.entities if entity.kind == kind]

    def host(self, label: str) -> str:
        """A host of this country: always under the reserved name `.example` (RFC 2606)."""
        return f"{label}.{self.slug}.example"

    def pool(self, of: str) -> Sequence[str]:
        """Who an attribution of the catalogue may name."""
        if of == "company":
            return [company.names["en"] for company in self.of_kind("company")]
        return self.politicians if of == "politician" else self.managers


def found_country(dice: Dice, catalogue: Catalogue, posts: int) -> Country:
    """A country large enough for a stream of `posts` posts."""
    namer = Namer(dice)
    name, currency = namer.country(), namer.currency()
    counts = {kind: count.at(posts) for kind, count in catalogue.counts.items()}
    towns = [namer.town() for _ in range(counts["town"])]

    entities = [_same("nation", "nation", name, name, 0)]
    entities += [_same("town", "town", town, town, number) for number, town in enumerate(towns)]
    entities += [
        _same("hospital", "hospital", town, town, number)
        for number, town in enumerate(dice.sample(towns, counts["hospital"]))
    ]
    for number in range(counts["company"]):
        full, short = namer.company()
        entities.append(_same("company", "company", full, dice.pick(towns), number, short))
    for number, town in enumerate(dice.sample(towns, counts["team"])):
        bird = namer.team_bird()
        entities.append(_same("team", "team", f"{town} {bird}", town, number, f"{town} {bird}"))
    for number in range(counts["structure"]):
        entities.append(_same("structure", dice.pick(_STRUCTURES), namer.town(), dice.pick(towns), number))
    entities += _translated("party", "party", "parties", name)
    entities += _translated("office", "office", "portfolios", name)
    entities += _laws(dice, towns, name, counts["law"])
    entities += _speeches(dice, [e.names["en"] for e in entities if e.kind == "town"], counts["speech"])
    return Country(
        name=name,
        currency=currency,
        entities=tuple(entities),
        politicians=tuple(namer.person() for _ in range(12 + 2 * len(towns))),
        managers=tuple(namer.person() for _ in range(12 + 2 * len(towns))),
        photographers=tuple(namer.person() for _ in range(6)),
    )


def _words() -> Mapping[str, Mapping[str, list[str]]]:
    """Each language's names of things that are translated."""
    return {code: language(code).phrases["words"] for code in LANGUAGES}


def _same(kind: str, form: str, name: str, home: str, number: int, short: str | None = None) -> Entity:
    """An entity whose name is the same in every language."""
    return Entity(
        id=f"{kind}-{number}",
        kind=kind,
        form=form,
        names=dict.fromkeys(LANGUAGES, name),
        shorts=dict.fromkeys(LANGUAGES, short or name),
        home=home,
    )


def _translated(kind: str, form: str, words: str, home: str) -> list[Entity]:
    count = len(_words()["en"][words])
    return [_from_words(kind, form, words, words, index, home, index) for index in range(count)]


def _from_words(kind: str, form: str, words: str, shorts: str, index: int, home: str, number: int) -> Entity:
    return Entity(
        id=f"{kind}-{number}",
        kind=kind,
        form=form,
        names={code: lists[words][index] for code, lists in _words().items()},
        shorts={code: lists[shorts][index] for code, lists in _words().items()},
        home=home,
    )


def _laws(dice: Dice, towns: Sequence[str], country: str, count: int) -> list[Entity]:
    """National acts first, each theme once; then a town's ordinance on a theme, each pair once."""
    themes = range(len(_words()["en"]["laws"]))
    acts = [(theme, None) for theme in dice.sample(themes, count // 2)]
    pairs: list[tuple[int, str | None]] = [(theme, town) for theme in themes for town in towns]
    chosen = [*acts, *dice.sample(pairs, count - len(acts))]
    return [
        _from_words(
            "law", "ordinance" if town else "law", "laws", "laws_short", theme, town or country, number
        )
        for number, (theme, town) in enumerate(chosen)
    ]


def _speeches(dice: Dice, subjects: Sequence[str], count: int) -> list[Entity]:
    """Sentences said in public, each about a place; the same sentence about the same place only once."""
    sentences = _words()["en"]["speeches"]
    pairs = [(index, subject) for index in range(len(sentences)) for subject in subjects]
    speeches = []
    for number, (index, subject) in enumerate(dice.sample(pairs, count)):
        said = {code: lists["speeches"][index].format(n=subject) for code, lists in _words().items()}
        speeches.append(
            Entity(
                id=f"speech-{number}",
                kind="speech",
                form="speech",
                names=said,
                shorts=said,
                home=dice.pick(subjects),
            )
        )
    return speeches
