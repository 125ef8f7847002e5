"""`notewright score`: phases that fit together, one document for a program, an outcome for each bad input."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scoring.tables.columns import NOTES, RATINGS, STATUS_HISTORY, USER_ENROLLMENT, Schema
from tests.harness.cli.scoring_runs import CommandLine
from tests.scoring import public_files
from tests.scoring.public_files import FIRST_NOTE, Row

AS_OF = "1767600000000"
OFFICIAL = {"scored_notes", "helpfulness_scores", "note_status_history", "aux_note_info"}


def names(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()} if folder.is_dir() else set()


def test_the_phases_apart_come_to_what_they_come_to_together(
    notewright: CommandLine, crowd: Path, tmp_path: Path
) -> None:
    together, apart = tmp_path / "together", tmp_path / "apart"
    assert notewright("score", crowd, "-o", together, "--as-of", AS_OF, "--seed", "3").status == 0
    assert names(together) == {f"{name}.tsv" for name in OFFICIAL} | {
        "prescoring.npz",
        "note_stories.parquet",
    }

    first = notewright("score", crowd, "-o", apart, "--as-of", AS_OF, "--seed", "3", "--phase", "prescoring")
    assert first.status == 0, first.stderr
    assert names(apart) == {
        "prescoring.npz",
        "prescoring_rater_model_output.tsv",
        "prescoring_note_model_output.tsv",
    }
    assert "helpful raters" in first.stdout
    kept = (apart / "prescoring.npz").read_bytes()
    assert notewright("score", crowd, "-o", apart, "--as-of", AS_OF, "--phase", "final").status == 0
    assert (apart / "prescoring.npz").read_bytes() == kept
    for name in OFFICIAL:
        assert (together / f"{name}.tsv").read_bytes() == (apart / f"{name}.tsv").read_bytes()

    elsewhere = tmp_path / "elsewhere"
    started = notewright(
        *("score", crowd, "-o", elsewhere, "--as-of", AS_OF, "--phase", "final"),
        *("--prescoring", apart / "prescoring.npz", "--format", "both"),
    )
    assert started.status == 0, started.stderr
    assert names(elsewhere) == {f"{name}.{ending}" for name in OFFICIAL for ending in ("tsv", "parquet")} | {
        "note_stories.parquet"
    }


def test_a_program_gets_one_document_and_a_person_the_progress(
    notewright: CommandLine, crowd: Path, tmp_path: Path
) -> None:
    done = notewright("score", crowd, "-o", tmp_path, "--as-of", AS_OF, "--no-pseudo-raters", "--json")
    document = json.loads(done.stdout)
    assert (document["phase"], document["as_of_ms"], document["notes"]) == ("all", int(AS_OF), 60)
    assert sum(document["statuses"].values()) == 60
    assert document["models"]["MFCoreScorer"]["start"]
    assert sorted(document["files"]) == sorted(str(tmp_path / name) for name in names(tmp_path))
    assert "loss" in done.stderr
    assert "MFExpansionPlusScorer" in done.stderr


def test_similar_raters_come_with_a_table(notewright: CommandLine, crowd: Path, tmp_path: Path) -> None:
    pss = tmp_path / "pss.tsv"
    pss.write_text("raterParticipantId\tpostSelectionValue\tquasiCliqueValue\n0001\t1\t\n0002\t1\t2\n")
    done = notewright("score", crowd, "-o", tmp_path / "out", "--phase", "prescoring", "--pss", pss)
    assert done.status == 0, done.stderr
    table = (tmp_path / "out" / "prescoring_rater_model_output.tsv").read_text().splitlines()
    clustered = [line for line in table if line.startswith(("0001\t", "0002\t"))]
    assert len(clustered) == 2 * 4 + 2, "each of four models, and one row of their cluster"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--as-of", "1767600000"), "looks like seconds; give epoch milliseconds, e.g. 1767600000000"),
        (("--as-of", "1767600000000000"), "give epoch milliseconds"),
        (("--phase", "final"), "there is no such prescoring result; run --phase prescoring first"),
        (("--phase", "final", "--pss", "pss.tsv"), "--pss"),
        (("--phase", "final", "--seed", "1"), "--seed"),
        (("--prescoring", "other.npz"), "only --phase final takes one"),
        (("--phase", "prescoring", "--no-pseudo-raters"), "--pseudo-raters"),
        (("--phase", "final", "--prescoring", "NOT_ONE"), "not a saved prescoring result"),
        (("--phase", "final", "--prescoring", "OTHER"), "made from other data"),
        (("--pss", "missing.tsv"), "missing.tsv"),
    ],
)
def test_a_mistake_is_one_sentence_and_writes_nothing(
    arguments: tuple[str, ...], told: str, notewright: CommandLine, crowd: Path, tmp_path: Path
) -> None:
    not_one = tmp_path / "not_one.npz"
    not_one.write_bytes(b"nothing of the kind")
    other = tmp_path / "other"
    if "OTHER" in arguments:
        public_files.write(tmp_path / "strangers", public_files.input_texts())
        assert notewright("score", tmp_path / "strangers", "-o", other, "--phase", "prescoring").status == 0
    files = {"NOT_ONE": str(not_one), "OTHER": str(other / "prescoring.npz")}
    done = notewright("score", crowd, "-o", tmp_path / "out", *(files.get(word, word) for word in arguments))
    assert done.status == 2, done.stdout
    complaint = done.stderr.strip().splitlines()[-1]
    assert complaint.startswith("notewright: ")
    assert told in complaint
    assert names(tmp_path / "out") == set()


def test_a_file_is_no_folder_for_outputs(notewright: CommandLine, crowd: Path, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("mine")
    done = notewright("score", crowd, "-o", file)
    assert (done.status, file.read_text()) == (2, "mine")
    assert "name a folder" in done.stderr


def one_rating(**changed: object) -> Row:
    return {"noteId": FIRST_NOTE, "raterParticipantId": "R0", **changed}


def rows(schema: Schema, *some: Row) -> dict[str, str]:
    return {schema.stem: public_files.text(schema, some)}


EVERY_TABLE = (NOTES, RATINGS, STATUS_HISTORY, USER_ENROLLMENT)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, "6 notes: 6 Needs More Ratings."),
        (rows(NOTES) | rows(RATINGS) | rows(STATUS_HISTORY) | rows(USER_ENROLLMENT), "no note to score"),
        (rows(RATINGS), "0 ratings of 6 notes"),
        (rows(RATINGS, one_rating()), "1 ratings of 6 notes"),
        (rows(RATINGS, one_rating(), one_rating()), "1 ratings of 6 notes"),
        (
            rows(RATINGS, one_rating(createdAtMillis=4_102_444_800_000)),
            "1 notes and ratings are newer than now",
        ),
        (rows(RATINGS, one_rating(noteId=5)), "0 ratings of 6 notes"),
        (rows(USER_ENROLLMENT), "6 notes: 6 Needs More Ratings."),
    ],
    ids=[
        "all ratings equal",
        "headers alone",
        "no ratings",
        "one rater",
        "a rating twice",
        "a future time",
        "an unknown note",
        "nobody enrolled",
    ],
)
def test_poor_data_are_scored_all_the_same(
    changed: dict[str, str], told: str, notewright: CommandLine, tmp_path: Path
) -> None:
    data = public_files.write(tmp_path / "data", public_files.input_texts(notes=6, raters=7) | changed)
    done = notewright("score", data, "-o", tmp_path / "out")
    assert done.status == 0, done.stderr
    assert told in done.stdout + done.stderr
    assert {f"{name}.tsv" for name in OFFICIAL} <= names(tmp_path / "out")


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({schema.stem: "" for schema in EVERY_TABLE}, "notes-00000.tsv, line 1"),
        ({RATINGS.stem: "noteId\trater\n1\t2\n"}, "ratings-00000.tsv, line 1"),
        (rows(RATINGS, one_rating(createdAtMillis="NaN")), "line 2, column createdAtMillis: bad value 'NaN'"),
        (rows(RATINGS, one_rating(), one_rating(helpfulnessLevel="NOT_HELPFUL")), "contradict each other"),
    ],
    ids=["empty files", "wrong column count", "a time that is none", "ratings that contradict each other"],
)
def test_wrong_data_are_refused_by_place_and_nothing_is_written(
    changed: dict[str, str], told: str, notewright: CommandLine, tmp_path: Path
) -> None:
    data = public_files.write(tmp_path / "data", public_files.input_texts(notes=6, raters=7) | changed)
    done = notewright("score", data, "-o", tmp_path / "out")
    assert done.status == 2
    assert told in done.stderr
    assert names(tmp_path / "out") == set()


def test_bad_rows_are_left_out_and_counted_when_asked(notewright: CommandLine, tmp_path: Path) -> None:
    bad = rows(
        RATINGS, one_rating(), *(one_rating(noteId=FIRST_NOTE + 1 + n, createdAtMillis="x") for n in range(2))
    )
    data = public_files.write(tmp_path / "data", public_files.input_texts() | bad)
    done = notewright("score", data, "-o", tmp_path / "out", "--on-error", "skip", "--json")
    assert done.status == 0, done.stderr
    assert json.loads(done.stdout)["ratings"] == 1
    assert json.loads(done.stdout)["rows_left_out"] == done.stderr.count("left out: ") == 2
