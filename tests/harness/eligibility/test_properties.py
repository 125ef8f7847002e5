"""What holds of every record under every version of the rules."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.eligibility import NoteRecord, RuleSet, assess, rules_at, versions
from harness.eligibility.measures import HitRate, Measures
from harness.eligibility.writing_limit import writing_limit
from tests.harness.eligibility.records import NOW_MS
from writers.clock import DAY_MS
from writers.protocol.notes import Status

RULES = [rules_at(version.since) for version in versions() if version.since.isoformat() >= "2025-08-28"]
EVERY_VERSION = pytest.mark.parametrize("rules", RULES, ids=lambda rules: str(rules.on))

notes = st.lists(
    st.builds(
        NoteRecord,
        note_id=st.integers(1, 10**6),
        created_at_ms=st.integers(NOW_MS - 100 * DAY_MS, NOW_MS + DAY_MS),
        status=st.sampled_from(Status),
        rating_count=st.integers(0, 30),
    ),
    max_size=130,
    unique_by=lambda note: note.note_id,
)


@st.composite
def hit_rates(draw: st.DrawFn) -> HitRate:
    size = draw(st.integers(0, 500))
    helpful = draw(st.integers(0, size))
    return HitRate(helpful, draw(st.integers(0, size - helpful)), size)


@st.composite
def any_measures(draw: st.DrawFn) -> Measures:
    return Measures(
        written=draw(st.integers(0, 3_000)),
        written_last_24h=0,
        nh_5=draw(st.integers(0, 5)),
        nh_10=draw(st.integers(0, 10)),
        decided=10,
        recent=draw(hit_rates()),
        last_100=draw(hit_rates()),
        long_window=draw(hit_rates()),
        last_days=draw(st.none() | hit_rates()),
        written_last_30d=draw(st.integers(0, 15_000)),
        impact_90d=0,
    )


@EVERY_VERSION
@given(measures=any_measures())
def test_never_below_the_floor_nor_above_the_top(rules: RuleSet, measures: Measures) -> None:
    decision = writing_limit(measures, rules)
    if decision.case is None:
        assert rules.writing_limit.floor <= decision.limit <= 500
    else:
        assert decision.limit in {2, 5, 10}


@EVERY_VERSION
@given(measures=any_measures(), rates=st.tuples(hit_rates(), hit_rates()))
def test_monotone_in_hr_l_while_hr_r_does_not_exceed_it(
    rules: RuleSet, measures: Measures, rates: tuple[HitRate, HitRate]
) -> None:
    lower, higher = sorted(rates, key=lambda rate: rate.value)
    recent = HitRate(0, 1, 1)
    limits = [
        writing_limit(replace(measures, long_window=rate, last_days=None, recent=recent), rules).limit
        for rate in (lower, higher)
    ]
    assert limits == sorted(limits)
    follows = [
        writing_limit(replace(measures, long_window=rate, last_days=None, recent=lower), rules).limit
        for rate in (lower, higher)
    ]
    assert follows == sorted(follows)


@EVERY_VERSION
@given(measures=any_measures(), more=st.integers(1, 500))
def test_monotone_in_volume(rules: RuleSet, measures: Measures, more: int) -> None:
    busier = replace(measures, written_last_30d=measures.written_last_30d + more)
    assert writing_limit(measures, rules).limit <= writing_limit(busier, rules).limit


@EVERY_VERSION
@given(records=notes, seed=st.integers(0, 100))
def test_order_of_notes_is_irrelevant(rules: RuleSet, records: list[NoteRecord], seed: int) -> None:
    shuffled = records.copy()
    random.Random(seed).shuffle(shuffled)
    assert assess(records, now_ms=NOW_MS, rules=rules) == assess(shuffled, now_ms=NOW_MS, rules=rules)


@given(records=notes)
def test_every_record_can_be_explained_and_every_promised_change_keeps_its_word(
    records: list[NoteRecord],
) -> None:
    for rules in (RULES[0], RULES[-1]):
        eligibility = assess(records, now_ms=NOW_MS, rules=rules)
        document = eligibility.document()
        assert document.writing_limit == eligibility.writing_limit
        assert type(document).model_validate_json(document.model_dump_json()) == document
        if eligibility.decision.case is None:
            assert all(change.limit > eligibility.writing_limit for change in document.explanation.changes)
