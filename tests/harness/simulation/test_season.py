"""A small season on real parts, and what must hold of any season."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from harness.simulation.result import SeasonResult, WriterSeason
from harness.simulation.scenario import PEOPLE, Scenario, load_scenario
from harness.simulation.season import run_season
from tests.harness.simulation import plugins
from writers.clock import DAY_MS, HOUR_MS
from writers.errors import PluginError, UserError
from writers.protocol.notes import Status

SMALL = """
name = "small"
seed = 5
days = 3
warm_up_days = 2
[posts]
per_day = 300
[people]
notes_per_day = 150.0
[raters]
size = 300
[admission]
draw_probability = 1.0
[[writers]]
name = "steady"
plugin = "{file}:Steady"
posts_per_pass = 60
[[writers]]
name = "inventor"
plugin = "url_inventor"
checks = false
posts_per_pass = 15
"""


def scenario(folder: Path, text: str = SMALL) -> Scenario:
    file = folder / "season.toml"
    file.write_text(text.format(file=plugins.FILE), encoding="utf-8")
    return load_scenario(file)


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return scenario(tmp_path_factory.mktemp("season"))


@pytest.fixture(scope="module")
def season(plan: Scenario) -> SeasonResult:
    return run_season(plan)


def writer(season: SeasonResult, name: str) -> WriterSeason:
    return next(found for found in season.writers if found.name == name)


def test_a_writer_earns_its_way_from_test_notes_to_ratings(season: SeasonResult) -> None:
    steady = writer(season, "steady")
    admitted_at_ms = steady.admission.admitted_at_ms
    assert admitted_at_ms is not None
    assert (admitted_at_ms - season.started_at_ms) % DAY_MS == 0
    notes = [note for note in season.notes if note.writer == "steady"]
    before = [note for note in notes if note.created_at_ms < admitted_at_ms]
    after = [note for note in notes if note.created_at_ms >= admitted_at_ms]
    assert len(before) >= 50
    assert all(note.test_mode for note in before)
    assert after
    assert not any(note.test_mode for note in after)
    assert sum(note.ratings for note in after) > 0
    assert steady.feeds[0] == "small"
    assert steady.limit_reason


def test_one_who_invents_addresses_is_kept_out_and_told_why(season: SeasonResult) -> None:
    inventor = writer(season, "inventor")
    assert inventor.admission.admitted_at_ms is None
    assert not inventor.admission.qualifies
    assert any("UrlValidity" in reason for reason in inventor.admission.reasons)
    assert inventor.writing_limit is None
    assert inventor.hit_rate is None


def test_live_notes_of_a_day_stay_within_the_limit_of_new_writers(season: SeasonResult) -> None:
    live = sorted(n.created_at_ms for n in season.notes if n.writer == "steady" and not n.test_mode)
    for at_ms in live:
        assert sum(at_ms - DAY_MS < other <= at_ms for other in live) <= 10


def test_days_add_up_to_the_season(season: SeasonResult) -> None:
    for found in season.writers:
        assert [day.day for day in found.days] == list(range(season.days))
        assert sum(day.test_notes for day in found.days) == found.admission.test_notes
        assert sum(day.test_notes + day.live_notes for day in found.days) == found.attempts["submitted"]
        last = found.days[-1]
        assert (last.crh, last.crnh, last.nmr) == (found.notes.crh, found.notes.crnh, found.notes.nmr)
        assert (last.writing_limit, last.hit_rate) == (found.writing_limit, found.hit_rate)


def test_statuses_agree_wherever_they_are_told(season: SeasonResult) -> None:
    live = [note for note in season.notes if not note.test_mode]
    told = Counter(note.status for note in live)
    last = season.statuses[-1]
    assert last.at_ms == season.started_at_ms + season.days * DAY_MS
    assert (last.counts.crh, last.counts.crnh, last.counts.nmr) == (
        told[Status.CRH],
        told[Status.CRNH],
        told[Status.NMR],
    )
    assert season.people.crh == sum(n.writer == PEOPLE and n.status is Status.CRH for n in live)
    for note in live:
        assert note.ratings == note.helpful + note.somewhat_helpful + note.not_helpful
        assert note.status == (note.history[-1].status if note.history else Status.NMR)
        assert all(change.at_ms > note.created_at_ms for change in note.history)
    assert told[Status.CRH] > 0
    assert told[Status.CRNH] > 0
    assert told[Status.NMR] > 0.6 * len(live)


def test_every_hour_of_the_season_is_scored_and_nothing_of_the_warm_up_is_told(season: SeasonResult) -> None:
    assert season.scoring_rounds == len(season.statuses) == season.days * 24
    assert {
        later.at_ms - earlier.at_ms
        for earlier, later in zip(season.statuses, season.statuses[1:], strict=False)
    } == {HOUR_MS}
    end_ms = season.started_at_ms + season.days * DAY_MS
    assert all(season.started_at_ms <= note.created_at_ms < end_ms for note in season.notes)
    assert season.ratings > 0
    assert season.posts == 300 * season.days


def test_test_notes_are_evaluated_and_never_rated(season: SeasonResult) -> None:
    tests = [note for note in season.notes if note.test_mode]
    end_ms = season.started_at_ms + season.days * DAY_MS
    for note in tests:
        assert note.ratings == 0
        assert note.status is None
        if note.created_at_ms < end_ms - 2 * HOUR_MS:
            assert set(note.evaluation) == {"UrlValidity", "ClaimOpinion", "HarassmentAbuse"}
            assert note.claim_opinion_score is not None


def test_truth_is_in_the_result_and_links_were_checked_in_the_world(season: SeasonResult) -> None:
    assert "world" in season.link_checks
    assert all(note.truth is not None for note in season.notes)
    retrieval = writer(season, "steady").retrieval
    assert retrieval is not None
    assert 0 < retrieval.found <= retrieval.posts_with_decisive_page
    assert not [event for event in season.events if event.startswith("steady:")]


def test_one_seed_is_one_result_in_another_process_with_other_hashes(
    plan: Scenario, season: SeasonResult, tmp_path: Path
) -> None:
    scenario(tmp_path)
    program = (
        "import hashlib; from pathlib import Path;"
        "from harness.simulation.scenario import load_scenario;"
        "from harness.simulation.season import run_season;"
        f"result = run_season(load_scenario(Path({str(tmp_path / 'season.toml')!r})));"
        "print(hashlib.sha256(result.model_dump_json().encode()).hexdigest())"
    )
    again = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONHASHSEED": "4242", "TZ": "Asia/Tokyo"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert again.stdout.strip() == hashlib.sha256(season.model_dump_json().encode()).hexdigest()


TINY = """
days = 1
warm_up_days = 0
[posts]
per_day = 20
[raters]
size = 20
[[writers]]
name = "steady"
plugin = "{file}:Steady"
"""


def test_another_seed_is_another_season(tmp_path: Path) -> None:
    tiny = scenario(tmp_path, TINY)
    assert run_season(tiny) == run_season(tiny)
    assert run_season(tiny) != run_season(tiny.model_copy(update={"seed": 6}))


def test_rules_can_be_those_of_another_day(tmp_path: Path) -> None:
    tiny = scenario(tmp_path, "rules_as_of = 2025-09-09\n" + TINY)
    assert "2025-09-09" in run_season(tiny).rules


MISBEHAVING = """
days = 1
warm_up_days = 0
[posts]
per_day = 60
[raters]
size = 20
[[writers]]
name = "good"
plugin = "{file}:Steady"
[[writers]]
name = "raising"
plugin = "{file}:Raises"
[[writers]]
name = "hanging"
plugin = "{file}:Hangs"
seconds_per_post = 0.05
[[writers]]
name = "blocking"
plugin = "{file}:Blocks"
seconds_per_post = 0.05
[[writers]]
name = "wrong"
plugin = "{file}:WrongType"
[[writers]]
name = "long"
plugin = "{file}:TooLong"
checks = false
"""


def test_a_season_survives_its_plugins_and_tells_what_they_did(tmp_path: Path) -> None:
    result = run_season(scenario(tmp_path, MISBEHAVING))
    told = {
        name: [event for event in result.events if event.startswith(f"{name}:")]
        for name in ("good", "raising", "hanging", "blocking", "wrong", "long")
    }
    assert told["good"] == []
    assert writer(result, "good").attempts["submitted"] > 0
    assert any("ZeroDivisionError: out of ideas" in event and "times" in event for event in told["raising"])
    assert any("no answer within 0.05 seconds" in event for event in told["hanging"])
    assert any("takes no further part" in event for event in told["hanging"])
    assert writer(result, "hanging").attempts == {"failed": 3}
    assert any("blocked everything else" in event for event in told["blocking"])
    assert writer(result, "blocking").attempts == {"failed": 3}
    assert any("answered dict" in event for event in told["wrong"])
    assert any("280 characters" in event for event in told["long"])
    for name in ("raising", "wrong", "long"):
        assert set(writer(result, name).attempts) == {"failed"}


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("url_inventor", "url_inventer"), "did you mean 'url_inventor'"),
        ((":Steady", ":Stedy"), "has no 'Stedy'"),
        (("size = 300", 'size = 300\nplugin = "crwd"'), "did you mean 'crowd'"),
        (("size = 300", 'size = 300\noptions = {{ colour = "red" }}'), "colour"),
    ],
)
def test_a_plugin_that_cannot_be_had_is_told_before_the_first_day(
    tmp_path: Path, change: tuple[str, str], complaint: str
) -> None:
    with pytest.raises(PluginError, match=complaint):
        run_season(scenario(tmp_path, SMALL.replace(*change)))


def test_a_day_without_published_rules_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="2025"):
        run_season(scenario(tmp_path, "start = 2025-01-01\n" + TINY))


def test_progress_ends_with_the_whole(tmp_path: Path) -> None:
    shares: list[float] = []
    run_season(scenario(tmp_path, TINY), progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
