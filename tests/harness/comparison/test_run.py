"""A comparison on real parts: the same posts for all, nobody in another's way, every figure accounted for."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from harness.comparison.bootstrap import Share
from harness.comparison.contestants import contestants_of, read_contestants
from harness.comparison.document import Answer, Comparison, Measure
from harness.comparison.html import render
from harness.comparison.run import compare
from harness.simulation.models import SeasonModels
from tests.harness.comparison import plugins
from tests.harness.comparison.conftest import names, run, steps, world
from tests.model_server import KEY, Say, running
from writers.clock import SystemClock
from writers.errors import UserError
from writers.journal import Outcome
from writers.llm import ModelSettings, StageModel
from writers.llm.prices import Price
from writers.protocol.notes import Status

LISTED = Price(input=Decimal("0.25"), cached_input=Decimal("0.025"), output=Decimal(2))
"""What the model server charges, for a million tokens."""


def lines_until(file: Path, at_ms: int) -> list[str]:
    lines = file.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if int(line.partition(" ")[0]) < at_ms]


def test_writers_alike_are_shown_the_same_posts_at_the_same_moments(
    comparison: Comparison, shown: Path
) -> None:
    first, second = (writer.season.admission.admitted_at_ms for writer in comparison.writers[:2])
    assert first is not None
    assert first == second, "no writer is admitted earlier for its luck"
    before = lines_until(shown / "one", first)
    assert len(before) >= 50
    assert before == lines_until(shown / "two", first)


def test_what_others_do_changes_nothing_that_a_writer_is_shown_or_says(tmp_path: Path) -> None:
    quiet = run(f"one=@Quoting?shown={tmp_path / 'quiet'}", "@Raises")
    busy = run(f"one=@Quoting?shown={tmp_path / 'busy'}", "two=@Quoting", "baseline", "@Invents")
    assert (tmp_path / "quiet").read_text("utf-8") == (tmp_path / "busy").read_text("utf-8")

    def said(comparison: Comparison) -> dict[str, tuple[str | None, str]]:
        return {
            post.post_id: (answer.text, answer.reason)
            for post in comparison.answers
            for answer in post.answers
            if answer.writer == "one"
        }

    assert said(quiet) == said(busy)
    assert sum(quiet.people.model_dump().values()) == sum(busy.people.model_dump().values()) > 0


def test_one_seed_gives_the_same_bytes_whatever_the_time_it_took() -> None:
    specs = ("one=@Quoting", "@Raises", "@Invents")
    first, again = run(*specs, pause_s=0.001), run(*specs, pause_s=0.7)
    assert first.writers[0].time != again.writers[0].time
    documents = [made.without_time().model_dump_json() for made in (first, again)]
    assert documents[0] == documents[1]
    assert render(first.without_time()) == render(again.without_time())


def test_every_attempt_has_one_place_in_the_figures(comparison: Comparison) -> None:
    handed = 0
    for writer in comparison.writers:
        mine = [answer for answer in answers(comparison) if answer.writer == writer.season.name]
        posts = {
            post.post_id
            for post in comparison.answers
            if any(answer.writer == writer.season.name for answer in post.answers)
        }
        assert writer.season.attempts == {
            outcome.value: count
            for outcome in Outcome
            if (count := sum(answer.outcome is outcome for answer in mine))
        }
        assert writer.posts_handed == len(posts)
        handed = max(handed, len(posts))
        live = [answer.note for answer in mine if answer.note is not None and not answer.test_mode]
        statuses = [fate.status for fate in live]
        notes = writer.season.notes
        assert (notes.crh, notes.crnh) == (statuses.count(Status.CRH), statuses.count(Status.CRNH))
        assert total(writer.shares[Measure.NOT_HELPFUL]) == (notes.crnh, len(live))
        assert total(writer.shares[Measure.HELPFUL]) == (notes.crh, len(live))
        assert total(writer.shares[Measure.POSTS_HELPED]) == (notes.crh, comparison.posts)
        for reasons, outcome in ((writer.abstained, Outcome.ABSTAINED), (writer.failed, Outcome.FAILED)):
            told = sum(reason.times for reason in reasons.told) + reasons.rarer
            assert told == sum(answer.outcome is outcome for answer in mine)
    assert comparison.posts == len(comparison.answers) >= handed


def answers(comparison: Comparison) -> list[Answer]:
    return [answer for post in comparison.answers for answer in post.answers]


def total(share: Share | None) -> tuple[int, int]:
    return (share.part, share.whole) if share is not None else (0, 0)


def test_notes_stand_side_by_side_with_sources_and_fates(comparison: Comparison) -> None:
    both = [
        post
        for post in comparison.answers
        if sum(answer.note is not None and not answer.test_mode for answer in post.answers) == 2
    ]
    assert both
    assert any(answer.note and answer.note.ratings for post in both for answer in post.answers)
    for post in both:
        assert post.text
        assert post.truth
        for answer in post.answers:
            if answer.writer in ("one", "two"):
                assert answer.sources[0] in (answer.text or "")
    tested = [answer for answer in answers(comparison) if answer.test_mode and answer.note is not None]
    assert all(answer.note and answer.note.evaluation and answer.note.status is None for answer in tested)


def test_who_is_refused_or_raises_is_told_of_and_stops_nobody(comparison: Comparison) -> None:
    one, _, invents, raises = comparison.writers
    assert one.season.attempts[Outcome.SUBMITTED] > 50
    assert set(invents.season.attempts) == {Outcome.REFUSED}
    assert "…" in invents.refused.told[0].text, "the invented address is left out of the reason"
    assert [reason.text for reason in raises.failed.told] == [
        "raised ZeroDivisionError: out of ideas about …"
    ]
    assert any("raises" in event and "ZeroDivisionError" in event for event in comparison.events)
    assert raises.time is None
    assert one.time is not None
    assert one.time.mean_ms == pytest.approx(2)


def test_a_writer_that_hangs_is_let_go_of_and_the_others_go_on() -> None:
    hangs, quoting = read_contestants([f"{plugins.FILE}:Hangs", f"{plugins.FILE}:Quoting"])
    hasty = replace(hangs, settings=hangs.settings.model_copy(update={"seconds_per_post": 0.1}))
    result = compare(world(), [hasty, quoting], seconds=steps(0.001))
    assert any("takes no further part" in event for event in result.events)
    assert result.writers[0].season.attempts == {Outcome.FAILED: 3}
    assert result.writers[1].season.attempts[Outcome.SUBMITTED] > 5


def test_pairs_are_every_two_writers_that_can_be_compared(comparison: Comparison) -> None:
    by_measure = {
        measure: [(pair.first, pair.second) for pair in comparison.pairs if pair.measure is measure]
        for measure in Measure
    }
    assert by_measure[Measure.HELPFUL] == by_measure[Measure.NOT_HELPFUL] == [("one", "two")]
    assert len(by_measure[Measure.POSTS_HELPED]) == 6
    for pair in comparison.pairs:
        higher = pair.difference.first_higher
        expected = 1 - higher if pair.measure is Measure.NOT_HELPFUL else higher
        assert pair.first_better == pytest.approx(expected)


def test_a_model_s_cost_is_what_its_server_charged() -> None:
    with running() as server:
        server.on("", Say('{"misleading": true}'))
        settings = ModelSettings(
            models={"default": StageModel(model="large", base_url=server.base_url, price=LISTED,
                                          key_variable="MODEL_KEY")}
        )  # fmt: skip
        models = SeasonModels(settings, {"MODEL_KEY": KEY}, SystemClock())
        result = run("@Asks", "one=@Quoting", models=models)
        charged, questions = server.ledger.usd, len(server.ledger.charges)
    asks, quotes = result.writers
    notes = asks.season.attempts[Outcome.SUBMITTED]
    assert notes > 5
    assert (asks.cost.calls, asks.cost.unpriced_calls) == (questions, 0)
    assert asks.cost.usd == charged > 0
    assert asks.cost.usd_a_note == charged / notes
    assert asks.cost.usd_a_helpful_note is None
    assert (quotes.cost.calls, quotes.cost.usd, quotes.cost.usd_a_note) == (0, 0, 0)
    assert KEY not in result.model_dump_json()


def test_a_model_without_a_price_costs_an_unknown_sum() -> None:
    with running() as server:
        server.on("", Say('{"misleading": true}'))
        settings = ModelSettings(
            models={"default": StageModel(model="small", base_url=server.base_url, key_variable="K")}
        )
        result = run("@Asks", "one=@Quoting", models=SeasonModels(settings, {"K": KEY}, SystemClock()))
    cost = result.writers[0].cost
    assert cost.calls == cost.unpriced_calls > 10
    assert (cost.usd_a_note, cost.usd_a_helpful_note) == (None, None)


def test_models_that_cannot_be_asked_are_told_before_the_first_day() -> None:
    settings = ModelSettings(models={"default": StageModel(model="m", key_variable="MISSING")})
    with pytest.raises(UserError, match="MISSING"):
        run("@Asks", "baseline", models=SeasonModels(settings, {}, SystemClock()))


def test_a_scenario_s_writers_are_compared_where_none_is_named() -> None:
    scenario = world()
    other = scenario.writers[0].model_copy(update={"name": "rare", "passes_per_day": 2})
    scenario = scenario.model_copy(update={"writers": (scenario.writers[0], other)})
    result = compare(scenario, contestants_of(scenario), seconds=steps(0.001))
    assert names(result) == ["unused", "rare"]
    assert result.writers[0].posts_handed > result.writers[1].posts_handed > 0
