"""The admission verdict: boundaries of the window of 50, and the misreadings seen in the field."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.admission.window import NoteBuckets, verdict
from harness.eligibility import rules_at
from writers.protocol.notes import EvaluatorType, ScoreBucket

RULES = rules_at(date(2026, 5, 1))
URL, OPINION, ABUSE = EvaluatorType.URL_VALIDITY, EvaluatorType.CLAIM_OPINION, EvaluatorType.HARASSMENT_ABUSE
HIGH, MEDIUM, LOW = ScoreBucket.HIGH, ScoreBucket.MEDIUM, ScoreBucket.LOW


def window(
    *, opinion: Sequence[ScoreBucket] = (), bad_urls: int = 0, abusive: int = 0, notes: int = 50
) -> list[NoteBuckets]:
    """So many notes, High in everything but what is named."""
    return [
        {
            OPINION: opinion[position] if position < len(opinion) else HIGH,
            URL: LOW if position < bad_urls else HIGH,
            ABUSE: MEDIUM if position < abusive else HIGH,
        }
        for position in range(notes)
    ]


@pytest.mark.parametrize(
    ("notes", "qualifies"),
    [
        (window(), True),
        (window(bad_urls=2), True),
        (window(bad_urls=3), False),
        (window(abusive=1), True),
        (window(abusive=2), False),
        (window(opinion=[MEDIUM] * 35), True),
        (window(opinion=[MEDIUM] * 36), False),
        (window(opinion=[LOW] * 15), True),
        (window(opinion=[LOW] * 16), False),
        (window(opinion=[LOW] * 15 + [MEDIUM] * 20), True),
        (window(notes=49), False),
        (window(notes=51), True),
        ([], False),
    ],
)
def test_boundaries(notes: list[NoteBuckets], qualifies: bool) -> None:
    assert verdict(notes, RULES).qualifies is qualifies


def test_trap_percentages_are_no_thresholds_on_scores() -> None:
    """15 High of 50 reach "ClaimOpinion high ≥ 30 %": no single note has to score 0.30."""
    result = verdict(window(opinion=[MEDIUM] * 35), RULES)
    assert {c.name: c.share for c in result.criteria}["ClaimOpinion High"] == 0.3


def test_trap_the_two_claim_opinion_rules_are_not_inverted() -> None:
    """All Low must fail on both rules, all High on none."""
    all_low = {c.name: c.passed for c in verdict(window(opinion=[LOW] * 50), RULES).criteria}
    assert (all_low["ClaimOpinion High"], all_low["ClaimOpinion Low"]) == (False, False)


def test_trap_not_high_is_not_low() -> None:
    result = verdict(window(opinion=[MEDIUM] * 35), RULES)
    assert {c.name: c.share for c in result.criteria}["ClaimOpinion Low"] == 0


def test_trap_fewer_than_fifty_notes_do_not_qualify() -> None:
    result = verdict(window(notes=49), RULES)
    assert all(criterion.passed for criterion in result.criteria)
    assert result.reasons == ("49 of the 50 evaluated test notes needed are there.",)


def test_only_the_newest_fifty_count() -> None:
    old_sins = window() + window(bad_urls=50)
    assert verdict(old_sins, RULES).qualifies
    new_sins = window(bad_urls=3) + window()
    assert not verdict(new_sins, RULES).qualifies


def test_reasons_name_what_is_there_and_what_is_demanded() -> None:
    result = verdict(window(bad_urls=3, abusive=2, opinion=[LOW] * 40), RULES)
    assert result.reasons == (
        "ClaimOpinion High: 10 of 50 test notes, at least 15 (30 %) demanded.",
        "ClaimOpinion Low: 40 of 50 test notes, at most 15 (30 %) demanded.",
        "UrlValidity High: 47 of 50 test notes, at least 48 (95 %) demanded.",
        "HarassmentAbuse High: 48 of 50 test notes, at least 49 (98 %) demanded.",
    )


def test_a_verdict_that_is_missing_is_not_high() -> None:
    notes: list[NoteBuckets] = [{OPINION: HIGH, ABUSE: HIGH}] * 3 + window(notes=47)
    assert not verdict(notes, RULES).qualifies


@given(
    st.lists(
        st.fixed_dictionaries(
            {OPINION: st.sampled_from(ScoreBucket), URL: st.sampled_from([HIGH, LOW]), ABUSE: st.just(HIGH)}
        ),
        max_size=60,
    )
)
def test_qualifies_where_no_reason_stands_against_it(notes: list[NoteBuckets]) -> None:
    result = verdict(notes, RULES)
    assert result.qualifies is (not result.reasons)
    assert result.window == min(50, len(notes))
    better = [{**note, OPINION: HIGH, URL: HIGH} for note in notes]
    assert verdict(better, RULES).qualifies is (len(notes) >= 50)
