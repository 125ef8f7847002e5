"""Figures and names in plain words."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.report.words import (
    counted,
    decimal,
    inert,
    listed,
    moment,
    percent,
    rule_in_words,
    shortened,
)
from scoring.rules import meta_rules, note_rules
from scoring.rules.engine import Rule
from tests.harness.report.seasons import START_MS
from writers.clock import DAY_MS


@pytest.mark.parametrize(
    ("share", "text"),
    [(None, "–"), (0.0, "0 %"), (0.095, "9.5 %"), (1.0, "100 %"), (-0.04, "−4 %"), (-0.0001, "0 %")],
)
def test_percent(share: float | None, text: str) -> None:
    assert percent(share).replace("\N{NO-BREAK SPACE}", " ") == text


@pytest.mark.parametrize(("value", "text"), [(None, "–"), (0.4, "0.40"), (-0.05, "−0.05"), (-0.001, "0.00")])
def test_decimal(value: float | None, text: str) -> None:
    assert decimal(value) == text


def test_counted_and_listed() -> None:
    assert (counted(1, "note"), counted(2_000, "note")) == ("1 note", "2,000 notes")
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed(["a"]) == "a"


def test_a_season_s_first_day_is_day_1() -> None:
    assert moment(START_MS, START_MS) == "day 1, 00:00"
    assert moment(START_MS + 3 * DAY_MS + 13 * 3_600_000 + 5 * 60_000, START_MS) == "day 4, 13:05"


@given(st.text(max_size=300), st.integers(2, 120))
def test_shortened_fits_and_says_so(text: str, limit: int) -> None:
    short = shortened(text, limit)
    assert len(short) <= limit
    assert short == text or short.endswith("…")


@given(st.text(st.characters(exclude_categories=())))
def test_inert_leaves_nothing_that_drives_a_terminal(text: str) -> None:
    line = inert(text)
    assert not any(unicodedata.category(letter) in ("Cc", "Cf", "Cs") for letter in line)
    assert len(line.splitlines()) <= 1


def _rules() -> list[str]:
    return sorted(
        {
            rule.name
            for module in (note_rules, meta_rules)
            for value in vars(module).values()
            for rule in (value if isinstance(value, tuple | list) else (value,))
            if isinstance(rule, Rule)
        }
    )


def test_every_rule_that_can_decide_a_note_has_words() -> None:
    assert _rules()
    assert not [name for name in _rules() if rule_in_words(f"{name} (v1.0)") is None]
    assert rule_in_words("SomethingNew (v1.0)") is None
