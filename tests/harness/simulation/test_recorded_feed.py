"""A season on a recorded feed: what it takes in, what it keeps from writers, and how it tells of links."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np

from harness.raters.merit import Source
from harness.simulation.recorded_feed import recorded_source
from harness.simulation.result import SeasonResult
from harness.simulation.scenario import Scenario, load_scenario
from harness.simulation.season import run_season
from tests.harness.simulation import plugins

POSTS = [
    {
        "id": str(2050000000000000001 + i),
        "text": f"Claim number {i} https://post.example/{i}",
        "created_at": "2026-05-01T10:00:00Z",
        "helpful_note": {"id": str(i), "text": f"It is otherwise, see https://note.example/{i}, SECRET"},
    }
    for i in range(6)
]


def feed(folder: Path) -> Path:
    file = folder / "feed.jsonl"
    file.write_text("\n".join(map(json.dumps, POSTS)), encoding="utf-8")
    return file


def scenario(folder: Path, file: Path, *, writer: str, more: str = "") -> Scenario:
    plan = folder / "season.toml"
    plan.write_text(
        "days = 2\nwarm_up_days = 0\n[raters]\nsize = 20\n[admission]\ndraw_probability = 0.0\n"
        f"[posts]\nfeed = '{file}'\neligible_hours = 48.0\n{more}\n"
        f"[[writers]]\nname = 'writer'\nchecks = false\npasses_per_day = 24\nposts_per_pass = 100\n{writer}",
        encoding="utf-8",
    )
    return load_scenario(plan)


def replay(folder: Path, posts: Sequence[Mapping[str, Any]]) -> str:
    drafts = folder / "drafts.jsonl"
    with drafts.open("w", encoding="utf-8") as stream:
        for post in posts:
            # Recorded texts have character references, and several spaces for each end of a line.
            text = " ".join(unescape(post["helpful_note"]["text"]).split())
            stream.write(json.dumps({"post_id": post["id"], "text": text}) + "\n")
    return f"plugin = 'replay'\noptions = {{ drafts = '{drafts}' }}"


async def test_links_of_the_feed_work_and_others_do_not(tmp_path: Path) -> None:
    plan = scenario(tmp_path, feed(tmp_path), writer="plugin = 'baseline'")
    source = recorded_source(plan, np.random.SeedSequence(1))
    assert (await source.lead("https://note.example/3"))[1] is Source.UNKNOWN
    assert (await source.lead("https://elsewhere.example"))[1] is Source.NOWHERE
    assert "12 links of the recorded feed" in source.links.source


def test_a_recorded_table_of_links_takes_their_place_and_is_named(tmp_path: Path) -> None:
    (tmp_path / "links.tsv").write_text("url\tstatus\nhttps://post.example/0\t200\n", encoding="utf-8")
    plan = scenario(tmp_path, feed(tmp_path), writer=replay(tmp_path, POSTS), more="link_table = 'links.tsv'")
    result = run_season(plan)
    assert "links.tsv" in result.link_checks
    assert {note.evaluation["UrlValidity"] for note in result.notes} == {"Low"}


def test_no_writer_sees_the_helpful_notes(tmp_path: Path) -> None:
    seen = tmp_path / "seen.txt"
    writer = f"plugin = '{plugins.FILE}:Curious'\noptions = {{ file = '{seen}' }}"
    run_season(scenario(tmp_path, feed(tmp_path), writer=writer))
    text = seen.read_text(encoding="utf-8")
    assert text.count("Claim number") == len(POSTS)
    assert "SECRET" not in text


def test_recorded_notes_are_replayed_and_evaluated(tmp_path: Path) -> None:
    result = run_season(scenario(tmp_path, feed(tmp_path), writer=replay(tmp_path, POSTS)))
    assert len(result.notes) == len(POSTS)
    assert {note.truth for note in result.notes} == {None}
    assert {note.evaluation["UrlValidity"] for note in result.notes} == {"High"}
    assert result.writers[0].retrieval is None
    assert result.writers[0].admission.window == len(POSTS)


def test_real_posts_and_the_notes_people_found_helpful(shared: Path, tmp_path: Path) -> None:
    file = shared / "data/posts/with-helpful-notes-2026.jsonl.gz"
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        posts = [json.loads(line) for line in lines]
    plan = scenario(tmp_path, file, writer=replay(tmp_path, posts))
    result: SeasonResult = run_season(plan)
    attempts, admission = result.writers[0].attempts, result.writers[0].admission
    assert attempts["submitted"] + attempts.get("failed", 0) == len(posts) == 595
    assert attempts["submitted"] > 580
    assert admission.window == 50
    shares = {criterion.name: criterion.share for criterion in admission.criteria}
    assert shares["HarassmentAbuse High"] > 0.9
    assert shares["ClaimOpinion Low"] < 0.3
    assert "recorded feed" in result.link_checks
