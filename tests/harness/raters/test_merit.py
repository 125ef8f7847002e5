"""What makes a note good or bad in the eyes of raters."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from harness.raters.merit import Matter, Reading, Source, judge
from harness.raters.parameters import default_parameters
from writers.protocol.notes import ScoreBucket

WEIGHTS = default_parameters().merit
DECISIVE = "https://stats.example/2025"
MISLEADING = Matter(
    wanted=1, lean=0.8, divisiveness=0.5, right_values=("1,250",), decisive_urls=frozenset({DECISIVE})
)
CAREFUL = Reading(
    text=f"The office counted 1,250, not 2,000. {DECISIVE}",
    sources=[(DECISIVE, Source.OFFICIAL)],
    claim_opinion_score=3.0,
)


def quality(reading: Reading, matter: Matter = MISLEADING) -> float:
    return judge(reading, matter, WEIGHTS).quality


def test_each_fault_costs() -> None:
    faults = {
        "no right value": replace(CAREFUL, text="The office counted fewer."),
        "another page": replace(CAREFUL, sources=[("https://press.example", Source.PRESS)]),
        "an opinion": replace(CAREFUL, claim_opinion_score=-3.0),
        "abuse": replace(CAREFUL, harassment_abuse=ScoreBucket.LOW),
    }
    for fault, reading in faults.items():
        assert quality(reading) < quality(CAREFUL) - 0.2, fault
    assert quality(CAREFUL, replace(MISLEADING, wanted=0)) < quality(CAREFUL) - 1


def test_pages_rank_from_decisive_to_nowhere() -> None:
    ranks = [DECISIVE, *(kind for kind in Source)]
    qualities = [
        quality(replace(CAREFUL, sources=[(DECISIVE, Source.OFFICIAL)])),
        *(quality(replace(CAREFUL, sources=[("https://other.example", kind)])) for kind in Source),
    ]
    order = [
        Source.OFFICIAL,
        Source.PRESS,
        Source.REFERENCE,
        Source.UNKNOWN,
        Source.UNRELIABLE,
        Source.NOWHERE,
    ]
    assert [rank for _, rank in sorted(zip(qualities, ranks, strict=True), reverse=True)] == [
        DECISIVE,
        *order,
    ]
    assert quality(replace(CAREFUL, sources=[])) == quality(
        replace(CAREFUL, sources=[("https://gone.example", Source.NOWHERE)])
    )


def test_a_note_leans_away_from_the_author_and_opinion_leans_further() -> None:
    told = judge(CAREFUL, MISLEADING, WEIGHTS)
    argued = judge(replace(CAREFUL, claim_opinion_score=-4.0), MISLEADING, WEIGHTS)
    assert told.slant < 0
    assert argued.slant < 1.3 * told.slant
    assert judge(CAREFUL, replace(MISLEADING, divisiveness=0), WEIGHTS).slant == 0


def test_where_nobody_knows_the_truth_the_note_alone_decides() -> None:
    unknown = Matter(wanted=0.5, lean=0, divisiveness=0)
    claim = Reading(text="…", sources=[("https://a.example", Source.UNKNOWN)], claim_opinion_score=2.0)
    assert quality(replace(claim, claim_opinion_score=-2.0), unknown) < quality(claim, unknown)
    assert quality(replace(claim, sources=[]), unknown) < quality(claim, unknown)
    assert judge(claim, unknown, WEIGHTS).right == 0.5


@given(st.text(), st.floats(-1e6, 1e6), st.floats(-1, 1), st.floats(0, 1))
def test_any_text_has_a_merit_within_bounds(
    text: str, score: float, lean: float, divisiveness: float
) -> None:
    merit = judge(
        Reading(text=text, sources=[], claim_opinion_score=score),
        Matter(wanted=1, lean=lean, divisiveness=divisiveness, right_values=("7",)),
        WEIGHTS,
    )
    assert all(
        0 <= value <= 1 for value in (merit.needed, merit.right, merit.sourced, merit.factual, merit.civil)
    )
    assert abs(merit.slant) <= WEIGHTS.slant * (1 + WEIGHTS.opinion_slant)
