"""Whether a sentence of a note rests on a quotation: what code can tell of it, without understanding."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from writers.builtin.checks.wording import words
from writers.builtin.terms import terms
from writers.builtin.values import Number, Values, values_of

MIN_QUOTED_WORDS: Final = 4
"""Fewer words prove nothing: they stand on many pages."""

MIN_SHARED: Final = 0.2
"""Share of a sentence's telling terms that its quotations hold; a translation has names and figures."""

MIN_SHARED_TERMS: Final = 2
TELLING_LENGTH: Final = 4
"""Letters of a telling term; shorter ones are mostly articles and prepositions."""

_FIRST_UNSPACED: Final = "\u0e00"
"""From here on, two characters may be a whole word."""


def stands_in(quotation: str, text: str) -> bool:
    """Whether a quotation of at least MIN_QUOTED_WORDS stands in a text, word for word: case, white space and
    punctuation apart.
    """
    quoted = words(quotation)
    return len(quoted) >= MIN_QUOTED_WORDS and _row(quoted) in _row(words(text))


def shares_matter(sentence: str, quotations: Sequence[str]) -> bool:
    """Whether a sentence speaks of what its quotations speak of: MIN_SHARED_TERMS telling terms or figures in
    common (one, where it has no more), and MIN_SHARED of all it has.
    """
    told = "\n".join(quotations)
    telling = set(filter(_is_telling, terms(sentence)))
    held = telling & set(terms(told))
    figures, known = values_of(sentence), values_of(told)
    agreeing = {number.text for number in figures.numbers if _is_known(number, known)}
    shared = len(held | agreeing)
    return shared >= max(1, min(MIN_SHARED_TERMS, len(telling)), MIN_SHARED * len(telling))


def unknown_figures(sentence: str, sources: Iterable[str]) -> list[str]:
    """Figures, days and years of a sentence that none of the sources states, as they are spelt."""
    known = values_of("\n".join(sources))
    told = values_of(sentence)
    days = [day.isoformat() for day in told.days if day not in known.days and not _is_new_form(day, known)]
    years = [str(year) for year in told.years if not _is_known_year(year, known)]
    return [
        *(number.text for number in told.numbers if not _is_known(number, known)),
        *days,
        *years,
    ]


def _is_known(number: Number, known: Values) -> bool:
    """Whether a number is stated, be it as a part of a day."""
    parts = {part for day in known.days for part in (day.day, day.month, day.year)} | set(known.years)
    return any(number.agrees(other) for other in known.numbers) or bool(set(number.readings) & parts)


def _is_known_year(year: int, known: Values) -> bool:
    years = {*known.years, *(day.year for day in known.days), *(told for told, _ in known.months)}
    return year in years or any(year in number.readings for number in known.numbers)


def _is_new_form(day: date, known: Values) -> bool:
    """Whether a day is told without its year, or in a script whose months are not read: by its numbers."""
    readings = {reading for number in known.numbers for reading in number.readings}
    return day.day in readings and (_is_known_year(day.year, known) or (day.year, day.month) in known.months)


def _is_telling(term: str) -> bool:
    return len(term) >= TELLING_LENGTH or term[0].isdigit() or term[0] >= _FIRST_UNSPACED


def _row(found: Sequence[str]) -> str:
    return f" {' '.join(found)} "
