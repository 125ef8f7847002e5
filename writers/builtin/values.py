"""What a sentence states that can be compared: numbers with units and years, days, and names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from writers.builtin.terms import fold, terms

SCALES: Final = {
    "k": 1e3,
    "thousand": 1e3,
    "tsd": 1e3,
    "tausend": 1e3,
    "mil": 1e3,
    "million": 1e6,
    "millions": 1e6,
    "millionen": 1e6,
    "millones": 1e6,
    "millon": 1e6,
    "mio": 1e6,
    "mn": 1e6,
    "billion": 1e9,
    "billions": 1e9,
    "bn": 1e9,
    "milliarden": 1e9,
    "milliarde": 1e9,
    "mrd": 1e9,
}
"""Folded words that multiply the number before them."""

PERCENT: Final = "%"
DEGREES: Final = "°"
_PERCENT_WORDS: Final = ("%", "percent", "per cent", "prozent", "por ciento", "pct")

MONTHS: Final = {
    name: number
    for names in (
        "january february march april may june july august september october november december",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "januar februar marz april mai juni juli august september oktober november dezember",
    )
    for number, name in enumerate(names.split(), start=1)
}
"""Folded names of months; three letters of one are enough."""
_SHORT_MONTHS: Final = {name[:3]: number for name, number in MONTHS.items()}

_FIRST_YEAR, _LAST_YEAR = 1500, 2100
_YEAR_FOLLOWS_WITHIN = 16
"""Characters between a number and the year it is told for: "47 in 2021", "47 (2021)", "47 en el año 2021"."""

_GROUPED = r"\d{1,3}(?:[.,'’\u00a0\u202f]\d{3})+(?:[.,]\d+)?"
_NUMBER = re.compile(rf"(?<![\w.,/])(?<!\w-)({_GROUPED}|\d+(?:[.,]\d+)?)(?![\d/]|[.,]\d)\s?(\S+(?: \S+)?)?")
_DAY = re.compile(
    r"(?<!\w)(?:(?P<d1>\d{1,2})(?:st|nd|rd|th|\.)?\s(?:de\s|of\s)?(?P<m1>[^\W\d_]{3,12})\.?,?\s(?:de\s|del\s)?(?P<y1>\d{4})"
    r"|(?P<m2>[^\W\d_]{3,12})\.?\s(?P<d2>\d{1,2})(?:st|nd|rd|th)?,?\s(?P<y2>\d{4})"
    r"|(?P<d3>\d{1,2})[./](?P<m3>\d{1,2})[./](?P<y3>\d{4})"
    r"|(?P<y4>\d{4})-(?P<m4>\d{2})-(?P<d4>\d{2}))(?!\w)"
)
_MONTH_YEAR = re.compile(r"(?<!\w)(?P<m>[^\W\d_]{3,12})\.?\s(?:de\s|del\s|of\s)?(?P<y>\d{4})(?!\w)")
_YEAR = re.compile(r"(?<![\d.,/-])\d{4}(?![\d/-]|[.,]\d)")
_CAPITAL = r"[^\W\d_a-zß-öø-ÿ]"
_PARTICLES = r"(?:(?:de|del|la|van|von|der|al|bin|da|di|&) )*"
_NAME = re.compile(rf"(?<!\w){_CAPITAL}[\w'’-]+(?: {_PARTICLES}{_CAPITAL}[\w'’-]*\w)+")


@dataclass(frozen=True, slots=True)
class Number:
    """A number of a text. `readings` are what its digits may mean: 1.200 is 1200 to some and 1.2 to
    others.
    """

    readings: tuple[float, ...]
    tolerances: tuple[float, ...]
    """For each reading, half a unit of its last digit that is not a rounding zero."""
    unit: str
    """`%`, `°`, or the term that follows; empty where none does."""
    year: int | None
    text: str
    start: int

    def agrees(self, other: Number) -> bool:
        """Whether both may be one figure, either of them rounded."""
        return any(
            abs(mine - theirs) <= max(my_tolerance, their_tolerance) * 1.0001
            for mine, my_tolerance in zip(self.readings, self.tolerances, strict=True)
            for theirs, their_tolerance in zip(other.readings, other.tolerances, strict=True)
        )

    def ratio(self, other: Number) -> float:
        """How far apart the nearest readings are, as a factor of at least one; infinite around zero."""
        return min(
            (
                max(mine / theirs, theirs / mine)
                for mine in self.readings
                for theirs in other.readings
                if mine > 0 and theirs > 0
            ),
            default=float("inf"),
        )


@dataclass(frozen=True, slots=True)
class Values:
    """Everything comparable in one sentence."""

    numbers: tuple[Number, ...]
    days: tuple[date, ...]
    months: tuple[tuple[int, int], ...]
    """(year, month) told without a day."""
    years: tuple[int, ...]
    names: tuple[str, ...]


@lru_cache(maxsize=16_384)
def values_of(text: str) -> Values:
    """What `text` states. Years and days are not numbers."""
    days, rest = _days(text)
    months = tuple(_months(rest))
    years = tuple(
        (match.start(), int(match.group())) for match in _YEAR.finditer(rest) if _is_year(match.group())
    )
    numbers = tuple(_numbers(rest, years))
    names = tuple(dict.fromkeys(match.group() for match in _NAME.finditer(text)))
    return Values(numbers, tuple(days), months, tuple(dict.fromkeys(year for _, year in years)), names)


def _is_year(text: str) -> bool:
    return _FIRST_YEAR <= int(text) <= _LAST_YEAR


def _days(text: str) -> tuple[list[date], str]:
    """The days of a text, and the text with blanks in their places."""
    days: list[date] = []
    rest = text
    for match in _DAY.finditer(text):
        parts = {name[0]: part for name, part in match.groupdict().items() if part is not None}
        month = int(parts["m"]) if parts["m"].isdecimal() else _month(parts["m"])
        try:
            if month is not None:
                days.append(date(int(parts["y"]), month, int(parts["d"])))
                rest = rest[: match.start()] + " " * len(match.group()) + rest[match.end() :]
        except ValueError:
            continue
    return days, rest


def _month(word: str) -> int | None:
    folded = fold(word)
    return MONTHS.get(folded) or (_SHORT_MONTHS.get(folded) if len(folded) <= 4 else None)


def _months(text: str) -> Iterator[tuple[int, int]]:
    for match in _MONTH_YEAR.finditer(text):
        month = _month(match["m"])
        if month is not None and _is_year(match["y"]):
            yield int(match["y"]), month


def _numbers(text: str, years: tuple[tuple[int, int], ...]) -> Iterator[Number]:
    year_starts = {start for start, _ in years}
    found = [match for match in _number_matches(text) if match.start(1) not in year_starts]
    starts = [match.start(1) for match in found]
    for match in found:
        scale, unit = _scale_and_unit(match.group(2) or "")
        readings = tuple(dict.fromkeys(_readings(match.group(1))))
        yield Number(
            readings=tuple(value * scale for value, _ in readings),
            tolerances=tuple(tolerance * scale for _, tolerance in readings),
            unit=unit,
            year=_year_of(text, match.start(1), match.end(1), years, starts),
            text=match.group(1),
            start=match.start(1),
        )


def _number_matches(text: str) -> Iterator[re.Match[str]]:
    """Every number with the words behind it, which may themselves begin with the next number."""
    at = 0
    while (match := _NUMBER.search(text, at)) is not None:
        yield match
        at = match.end(1)


def _scale_and_unit(behind: str) -> tuple[float, str]:
    folded = fold(behind).strip(".,;:!?)]»”\"'")
    if folded.startswith(_PERCENT_WORDS):
        return 1.0, PERCENT
    if folded.startswith(DEGREES):
        return 1.0, DEGREES
    scale = 1.0
    words = folded.split()
    while words and words[0].strip(".,") in SCALES:
        scale *= SCALES[words.pop(0).strip(".,")]
    if words and words[0].startswith(("%", DEGREES)):
        return scale, words[0][0]
    following = terms(words[0]) if words else []
    return scale, following[0] if following and not following[0][0].isdigit() else ""


def _readings(digits: str) -> Iterator[tuple[float, float]]:
    """(value, tolerance) for each way to read separators."""
    plain = digits.replace("'", "").replace("’", "").replace("\u00a0", "").replace("\u202f", "")
    last = max(plain.rfind("."), plain.rfind(","))
    if last < 0:
        yield float(plain), _tolerance(plain)
        return
    whole, fraction = re.sub(r"[.,]", "", plain[:last]), plain[last + 1 :]
    kinds = {character for character in plain if character in ".,"}
    repeated = plain.count(plain[last]) > 1
    if len(fraction) == 3 and len(kinds) == 1:
        yield float(whole + fraction), _tolerance(whole + fraction)
    if not repeated:
        yield float(f"{whole}.{fraction}"), 0.5 * 10.0 ** -len(fraction)


def _tolerance(whole: str) -> float:
    zeros = len(whole) - len(whole.rstrip("0")) if whole.strip("0") else 0
    return 0.5 * 10.0**zeros


def _year_of(
    text: str, start: int, end: int, years: tuple[tuple[int, int], ...], starts: list[int]
) -> int | None:
    """The year a number is told for: one that follows closely, else the last one before, else any."""
    for at, year in years:
        between = text[end:at]
        near = end <= at <= end + _YEAR_FOLLOWS_WITHIN and not any(mark in between for mark in ".;")
        if near and not any(end < other < at for other in starts):
            return year
    before = [year for at, year in years if at < start]
    return before[-1] if before else (years[0][1] if years else None)
