"""`notewright why` and `notewright agreement` on the outputs of one run."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from harness.cli.why import INNER_STATUSES, STATUSES, _finite
from scoring.statuses import Status
from tests.harness.cli.scoring_runs import CommandLine

AS_OF = "1767600000000"


@pytest.fixture
def run(notewright: CommandLine, crowd: Path, tmp_path: Path) -> Path:
    """A folder with a run's outputs."""
    folder = tmp_path / "run"
    assert notewright("score", crowd, "-o", folder, "--as-of", AS_OF, "--format", "both").status == 0
    return folder


def test_a_note_s_story_fits_the_terminal_and_names_status_and_rules(
    notewright: CommandLine, run: Path
) -> None:
    notes = pl.read_parquet(run / "scored_notes.parquet")
    seen = set()
    for note, status, rules in notes.select("noteId", "finalRatingStatus", "coreActiveRules").iter_rows():
        if rules in seen:
            continue
        seen.add(rules)
        for columns in (80, 120):
            told = notewright("why", str(note), "-o", run, columns=columns)
            assert told.status == 0, told.stderr
            lines = told.stdout.splitlines()
            assert lines[0] == f"Note {note}: {STATUSES[status]}"
            assert max(map(len, lines)) <= columns
            assert ("Nothing is missing for Helpful." in lines) == (status == "CURRENTLY_RATED_HELPFUL")
            for rule in rules.split(","):
                name = rule.partition(" (")[0]
                assert any(line.startswith(f"{name} → ") for line in lines), name
    assert len(seen) > 2, "the crowd shows too little"


def test_a_story_for_a_program(notewright: CommandLine, run: Path) -> None:
    notes = pl.read_parquet(run / "scored_notes.parquet")
    story = json.loads(notewright("why", str(notes["noteId"][7]), "-o", run, "--json").stdout)
    assert story["note_id"] == str(notes["noteId"][7])
    assert story["status"] == notes["finalRatingStatus"][7]
    assert story["decided_by"] == notes["decidedBy"][7]
    assert [model["decides"] for model in story["models"]] == [True, False, False, False]
    core = story["models"][0]
    assert core["intercept"] == pytest.approx(notes["coreNoteIntercept"][7], abs=1e-6)
    fired = [rule["name"] for rule in core["rules"] if rule["fired"]]
    assert ",".join(fired) == notes["coreActiveRules"][7]


def test_a_story_for_a_program_has_only_what_json_knows() -> None:
    assert _finite({"a": [{"value": float("inf"), "limit": 2.5}], "b": ("x", 1, True)}) == {
        "a": [{"value": None, "limit": 2.5}],
        "b": ["x", 1, True],
    }


def test_every_model_s_rules_when_asked(notewright: CommandLine, run: Path) -> None:
    note = pl.read_parquet(run / "scored_notes.parquet")["noteId"][0]
    heading = "Rules of MFExpansionPlusScorer"
    assert heading not in notewright("why", str(note), "-o", run).stdout
    assert heading in notewright("why", str(note), "-o", run, "--all-models").stdout


def test_every_status_has_words() -> None:
    assert set(STATUSES) == {status.name for status in Status if status is not Status.NONE}
    assert set(INNER_STATUSES) < set(STATUSES)


@pytest.mark.parametrize(
    ("note", "told"),
    [
        ("12", "note 12 is not in it"),
        ("abc", "NOTE_ID abc"),
        ("²", "NOTE_ID ²"),
        ("99999999999999999999", "NOTE_ID 99999999999999999999"),
    ],
)
def test_a_note_that_cannot_be_told_of(note: str, told: str, notewright: CommandLine, run: Path) -> None:
    done = notewright("why", note, "-o", run)
    assert (done.status, done.stdout) == (2, "")
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_folder_without_a_run(notewright: CommandLine, tmp_path: Path) -> None:
    done = notewright("why", "12", "-o", tmp_path)
    assert done.status == 2
    assert "there is no note_stories.parquet; name a folder that 'notewright score' wrote" in done.stderr


def test_a_run_agrees_with_itself_in_every_format(
    notewright: CommandLine, crowd: Path, run: Path, tmp_path: Path
) -> None:
    parquet = tmp_path / "parquet"
    parquet.mkdir()
    for file in run.glob("*.parquet"):
        shutil.move(file, parquet)
    done = notewright("agreement", run, parquet, "--data", crowd, "--json")
    assert done.status == 0, done.stderr
    document = json.loads(done.stdout)
    summary = document["summary"]
    assert all(rows["only_ours"] == rows["only_theirs"] == 0 < rows["both"] for rows in summary["rows"])
    assert {share["what"] for share in summary["shares"]} >= {
        "core status",
        "coreWithTopics status",
        "expansion status",
        "expansionPlus status",
        "above the helpfulness threshold",
        "final status where a model of ours decided theirs",
        "impact counts where all statuses behind them are equal",
        "enrollment where all statuses behind them are equal",
    }
    assert all(share["equal"] == share["rows"] > 0 for share in summary["shares"])
    assert summary["causes"] == []
    assert all(column["equal"] in (None, 1.0) for column in document["columns"])
    assert all(column["max_distance"] in (None, pytest.approx(0, abs=1e-6)) for column in document["columns"])


def test_differences_are_shown_with_their_cause(
    notewright: CommandLine, crowd: Path, run: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    assert notewright("score", crowd, "-o", other, "--as-of", AS_OF).status == 0
    file = other / "scored_notes.tsv"
    pl.read_csv(file, separator="\t", infer_schema=False).with_columns(
        coreRatingStatus=pl.lit("NEEDS_MORE_RATINGS"), coreActiveRules=pl.lit("InitialNMR (v1.0)")
    ).write_csv(file, separator="\t")
    told = notewright("agreement", run, other, columns=80).stdout
    assert "GeneralCRH only ours" in told
    assert max(map(len, told.splitlines())) <= 80
    assert "coreRatingStatus" in notewright("agreement", run, other, "--columns").stdout
    only = notewright("agreement", run, other, "--column", "numRatings").stdout
    assert "numRatings" in only
    assert "coreRatingStatus" not in only
