"""Three languages: how numbers, dates and names are put into words (`en.toml`, `es.toml`, `de.toml`)."""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

from harness.world.dice import Dice
from harness.world.entities import Entity

LANGUAGES: Final = ("en", "es", "de")


class Forms(NamedTuple):
    """One thing's name in one language."""

    name: str
    the: str
    """As the subject of a sentence, with its article where it takes one."""
    at: str
    """As the place of a figure: "in Talmond", "für die Laternenbewegung"."""
    short_the: str
    short_at: str


class _Slots(dict[str, object]):
    """Texts by the slot's name; the capitalised name gives the text with a capital first letter."""

    def __missing__(self, slot: str) -> str:
        name = slot[:1].lower() + slot[1:]
        if name == slot:
            raise KeyError(slot)
        return capital(str(self[name]))


@dataclass(frozen=True)
class Language:
    """One language's phrases. Keys are those of the TOML file; see the comment at its top for the slots."""

    code: str
    phrases: Mapping[str, Any]
    _marks: Mapping[int, str] = field(init=False, repr=False)
    _forms: dict[tuple[str, str, str], Forms] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        marks = str.maketrans({",": self.phrases["thousands"], ".": self.phrases["decimal"]})
        object.__setattr__(self, "_marks", marks)

    def forms(self, entity: Entity) -> Forms:
        key = (entity.form, entity.names[self.code], entity.home)
        if key not in self._forms:
            slots = {"n": entity.names[self.code], "s": entity.shorts[self.code], "h": entity.home}
            self._forms[key] = Forms(
                **{
                    part: text.format_map(slots)
                    for part, text in self.phrases["entities"][entity.form].items()
                }
            )
        return self._forms[key]

    def fill(self, pattern: str, **texts: object) -> str:
        """A phrase with its slots filled; articles melt into the word before them ("de el" → "del").

        Each text also fills the slot of its capitalised name, with a capital first letter.
        """
        sentence = pattern.format_map(_Slots(texts))
        contractions: Mapping[str, str] = self.phrases["contractions"]
        for apart, together in contractions.items():
            if apart in sentence:
                sentence = sentence.replace(apart, together)
        return sentence

    def number(self, value: float, decimals: int = 0) -> str:
        """With this language's thousands and decimal marks: 1,200.5 or 1.200,5."""
        return f"{value:,.{decimals}f}".translate(self._marks)

    def parse_number(self, text: str) -> float:
        """The number that `number` wrote."""
        return float(text.replace(self.phrases["thousands"], "").replace(self.phrases["decimal"], "."))

    def quantity(self, value: float, unit: str, decimals: int, currency: str) -> str:
        """A number with its unit: "9.1%", "740 tarn", "31,4 °C"."""
        return str(self.phrases["units"][unit]).format(n=self.number(value, decimals), currency=currency)

    def rounded(self, value: float, unit: str, currency: str, dice: Dice) -> str:
        """A large number as people tell it: "48k", "4.8 million", "around 48,000"."""
        scaled: Mapping[str, str] = self.phrases["scaled"]
        if value >= 1_000_000:
            text = scaled["million"].format(n=self.number(value / 1_000_000, 1))
        elif value >= 10_000 and dice.chance(0.6):
            text = scaled[dice.pick(("k", "thousand"))].format(n=self.number(round(value / 1000)))
        else:
            digits = len(str(int(value))) - 2
            about: str = dice.pick(self.phrases["about"])
            text = about.format(value=self.number(round(value, -digits)))
        return str(self.phrases["units"][unit]).format(n=text, currency=currency)

    def date(self, day: datetime.date, pattern: str) -> str:
        """A day in one of this language's patterns (`dates`, `short_dates`, `month_year`)."""
        month: str = self.phrases["months"][day.month - 1]
        return pattern.format(
            d=day.day,
            dd=f"{day.day:02}",
            m=day.month,
            mm=f"{day.month:02}",
            y=day.year,
            month=month,
            mon=month[:3],
        )

    def dates(self, day: datetime.date) -> tuple[str, ...]:
        """The day in every full pattern."""
        return tuple(
            self.date(day, pattern) for pattern in (*self.phrases["dates"], *self.phrases["short_dates"])
        )


@cache
def language(code: str) -> Language:
    text = files("harness.world.languages").joinpath(f"{code}.toml").read_text(encoding="utf-8")
    return Language(code, tomllib.loads(text))


def capital(text: str) -> str:
    """The text with its first letter capital."""
    return text[:1].upper() + text[1:]
