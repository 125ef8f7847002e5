"""Figures and published names in plain words, the same on the terminal and on the page."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Final

from writers.clock import DAY_MS, MINUTE_MS

NONE: Final = "–"
"""Stands where there is no figure."""

RULES: Final[Mapping[str, str]] = {
    "InitialNMR": "no rule moved it: too few ratings, or raters who usually disagree did not agree on it",
    "GeneralCRH": "raters of different viewpoints found it helpful: its intercept reached the threshold",
    "GeneralCRNH": "its intercept fell below the Not Helpful curve",
    "UcbCRNH": "even with one more favourable rating its intercept would stay low",
    "RatioCRNH": "most raters on both sides rated it not helpful",
    "NmCRNH": "a note saying the post is not misleading, and its intercept is low",
    "GeneralCRHInertia": "it was Helpful before and stayed just below the threshold",
    "TagFilter": "raters gave one critical tag far more often than is usual for Helpful notes",
    "FilterIncorrect": "raters close to the note's own side tagged it as incorrect",
    "FilterLowDiligence": "raters who look closely found its sources or facts wanting",
    "FilterLargeFactor": "found helpful mainly by one side: its factor is too large",
    "RejectLowIntercept": "its intercept is too low to become Helpful by any other model",
    "MinMinorityRaters": "too few helpful ratings from the smaller side",
    "RaterBalance": "the smaller side's share of helpful ratings is too small",
    "NoHighVolIntercept": "without the most prolific raters it would not be Helpful",
    "NoCorrelatedIntercept": "without raters who vote alike it would not be Helpful",
    "InsufficientExplanation": "raters did not agree on two reasons why",
    "NmrDueToMinStableCrhTime": "newly Helpful, and held back until that proves stable",
    "ScoringDriftGuard": "its status was locked earlier",
    "MetaInitialNMR": "no model decided it",
    "CoreModel": "the core model decided",
    "CoreWithTopicsModel": "the core model with topics decided",
    "ExpansionModel": "the expansion model decided",
    "ExpansionPlusModel": "the wider expansion model decided",
    "PopulationSampledIntercept": "raters drawn at random found it less helpful than those who chose to rate",
}
"""Published rule name (twitter/communitynotes, scoring_rules.py and run_scoring.py) → what it says."""


def rule_in_words(decided_by: str) -> str | None:
    """What a rule such as "GeneralCRH (v1.0)" says; None for a rule without a sentence here."""
    return RULES.get(decided_by.partition(" (")[0])


def count(number: int) -> str:
    """12345 → "12,345"."""
    return f"{number:,}"


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """ "1 note", "2,000 notes"."""
    return f"{count(number)} {noun if number == 1 else plural or noun + 's'}"


def percent(share: float | None) -> str:
    """0.095 → "9.5 %"; whole percentages without a decimal; a negative share with a true minus sign."""
    if share is None:
        return NONE
    number = f"{100 * share:.1f}".removesuffix(".0")
    return f"{number.replace('-', '−') if number != '-0' else '0'}\N{NO-BREAK SPACE}%"


def decimal(value: float | None, digits: int = 2) -> str:
    """0.4 → "0.40"; None → a dash."""
    if value is None:
        return NONE
    text = f"{value:.{digits}f}"
    return text.replace("-", "−") if float(text) else text.lstrip("-")


def day_number(at_ms: int, started_at_ms: int) -> int:
    """Day of the season, the first is 1."""
    return (at_ms - started_at_ms) // DAY_MS + 1


def moment(at_ms: int, started_at_ms: int) -> str:
    """ "day 4, 13:05" of the season's own clock."""
    minutes = (at_ms - started_at_ms) % DAY_MS // MINUTE_MS
    return f"day {day_number(at_ms, started_at_ms)}, {minutes // 60:02}:{minutes % 60:02}"


def listed(parts: list[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters, at a word's end where one is near; "…" where text is missing."""
    if len(text) <= limit:
        return text
    kept = text[: limit - 1]
    at_word = kept.rsplit(None, 1)[0]
    return (at_word if len(at_word) > limit // 2 else kept).rstrip(" .,;:") + "…"


def inert(text: str) -> str:
    """One line that cannot drive a terminal: control and bidirectional-control characters become "�"."""
    return "".join(
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(letter) in ("Cc", "Cf", "Cs") else letter
        for letter in " ".join(text.split())
    )
