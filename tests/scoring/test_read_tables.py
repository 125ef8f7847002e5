"""Reading the public files: every packing, every way of being wrong."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import scoring
from scoring.errors import InputError
from scoring.statuses import CRH, NONE
from scoring.tables import MISSING_MS, Classification, HelpfulTag, NotHelpfulTag, Tables
from scoring.tables.columns import INPUTS, NOTES, RATINGS, STATUS_HISTORY, USER_ENROLLMENT
from tests.scoring.builders import START_MS
from tests.scoring.public_files import FIRST_NOTE, input_texts, text, write


def assert_same(one: Tables, other: Tables) -> None:
    assert one.participant_ids == other.participant_ids
    for table in ("notes", "ratings", "status_history", "enrollment"):
        for field in fields(getattr(one, table)):
            assert np.array_equal(
                getattr(getattr(one, table), field.name), getattr(getattr(other, table), field.name)
            ), (table, field.name)


def as_gzip(folder: Path, stem: str, content: str) -> None:
    (folder / f"{stem}-00000.tsv.gz").write_bytes(gzip.compress(content.encode()))


def as_zip(folder: Path, stem: str, content: str) -> None:
    with zipfile.ZipFile(folder / f"{stem}-00000.zip", "w") as archive:
        archive.writestr(f"{stem}-00000.tsv", content)


def as_parquet(folder: Path, stem: str, content: str) -> None:
    frame = pl.read_csv(io.StringIO(content), separator="\t", quote_char=None, infer_schema_length=None)
    frame.write_parquet(folder / f"{stem}-00000.parquet")


def as_parts(folder: Path, stem: str, content: str) -> None:
    header, *rows = content.splitlines()
    (folder / stem).mkdir()
    for part, chosen in enumerate((rows[1::2], rows[::2])):
        (folder / stem / f"part-{part}.tsv").write_text("\n".join([header, *chosen]))


def as_numbered_files(folder: Path, stem: str, content: str) -> None:
    header, *rows = content.splitlines()
    for part, row in enumerate(rows):
        (folder / f"{stem}-{part:05}.tsv").write_text(f"{header}\n{row}\n")


@pytest.mark.parametrize("packed", [as_gzip, as_zip, as_parquet, as_parts, as_numbered_files])
def test_every_packing_reads_alike(tmp_path: Path, packed: Callable[[Path, str, str], None]) -> None:
    plain = scoring.read_tables(write(tmp_path / "plain", input_texts()))
    folder = tmp_path / "packed"
    folder.mkdir()
    for stem, content in input_texts().items():
        packed(folder, stem, content)
    assert_same(plain, scoring.read_tables(folder))


def test_rows_become_arrays(tmp_path: Path) -> None:
    texts = input_texts(notes=2, raters=2)
    texts[NOTES.stem] = text(NOTES, [{"noteId": FIRST_NOTE, "classification": "NOT_MISLEADING"}])
    texts[RATINGS.stem] = text(
        RATINGS,
        [
            {
                "noteId": FIRST_NOTE + 1,
                "raterParticipantId": "R1",
                "ratingSourceBucketed": "POPULATION_SAMPLED",
            },
            {
                "noteId": FIRST_NOTE,
                "raterParticipantId": "STRANGER",
                "helpfulnessLevel": "SOMEWHAT_HELPFUL",
                "notHelpfulNoteNotNeeded": 1,
                "helpfulOther": 1,
                "helpfulClear": 0,
            },
        ],
    )
    texts[STATUS_HISTORY.stem] = text(
        STATUS_HISTORY,
        [
            {"noteId": FIRST_NOTE},
            {
                "noteId": FIRST_NOTE + 1,
                "currentStatus": "CURRENTLY_RATED_HELPFUL",
                "timestampMillisOfStatusLock": 1767331625971,
                "timestampMillisOfNmrDueToMinStableCrhTime": -1,
            },
        ],
    )
    tables = scoring.read_tables(write(tmp_path, texts))
    assert tables.participant_ids == ["A0", "R0", "R1", "STRANGER"]
    assert tables.notes.note_id.tolist() == [FIRST_NOTE, FIRST_NOTE + 1]
    assert tables.notes.classification.tolist() == [Classification.NOT_MISLEADING, Classification.DELETED]
    assert tables.notes.post_id.tolist() == [1_999_999_999_999_999_999, -1]
    assert tables.ratings.note.tolist() == [0, 1]
    assert tables.ratings.rater.tolist() == [3, 2]
    assert tables.ratings.level.tolist() == [1, 2]
    assert tables.ratings.helpful_tags.tolist() == [
        HelpfulTag.OTHER | HelpfulTag.GOOD_SOURCES,
        HelpfulTag.CLEAR | HelpfulTag.GOOD_SOURCES,
    ]
    assert tables.ratings.not_helpful_tags.tolist() == [NotHelpfulTag.NOTE_NOT_NEEDED, 0]
    assert tables.ratings.population_sampled.tolist() == [False, True]
    assert tables.status_history.status.tolist() == [NONE, CRH]
    assert tables.status_history.lock_ms.tolist() == [MISSING_MS, 1767331625971]
    assert tables.status_history.stabilizing_since_ms.tolist() == [MISSING_MS, -1]
    assert tables.enrollment.modeling_group.tolist() == [-2, 13, 13, -2]
    assert tables.newest_ms == START_MS + 1


@pytest.mark.parametrize(
    ("answer", "level"),
    [
        ({"helpfulnessLevel": "", "helpful": 1}, [2]),
        ({"helpfulnessLevel": "", "helpful": 1, "notHelpful": 1}, [0]),
        ({"helpfulnessLevel": "HELPFUL", "notHelpful": 1}, [2]),
        ({"helpfulnessLevel": "", "helpful": 0, "notHelpful": 0}, []),
    ],
)
def test_old_and_new_forms_of_a_rating(tmp_path: Path, answer: dict[str, Any], level: list[int]) -> None:
    texts = input_texts(notes=1)
    texts[RATINGS.stem] = text(RATINGS, [{"noteId": FIRST_NOTE, "raterParticipantId": "R0", **answer}])
    assert scoring.read_tables(write(tmp_path, texts)).ratings.level.tolist() == level


def test_tables_without_rows_read_as_nothing(tmp_path: Path) -> None:
    tables = scoring.read_tables(write(tmp_path, {schema.stem: text(schema, []) for schema in INPUTS}))
    assert (len(tables.notes), len(tables.ratings), tables.participant_ids) == (0, 0, [])
    assert len(scoring.score(tables, as_of_ms=START_MS)) == 0


def test_an_enrolled_person_without_a_group_is_not_an_unenrolled_one(tmp_path: Path) -> None:
    texts = input_texts(raters=1)
    texts[USER_ENROLLMENT.stem] = text(USER_ENROLLMENT, [{"participantId": "R0", "modelingGroup": ""}])
    assert scoring.read_tables(write(tmp_path, texts)).enrollment.modeling_group.tolist() == [-2, -1]


def replaced(stem: str, old: str, new: str, count: int = 1) -> dict[str, str]:
    texts = input_texts()
    assert old in texts[stem]
    return {**texts, stem: texts[stem].replace(old, new, count)}


def line_3(stem: str, change: Callable[[str], str]) -> dict[str, str]:
    texts = input_texts()
    lines = texts[stem].splitlines(keepends=True)
    lines[2] = change(lines[2])
    return {**texts, stem: "".join(lines)}


BAD_ROWS = [
    (
        line_3("ratings", lambda row: row.replace("HELPFUL", "VERY_HELPFUL")),
        "ratings-00000.tsv, line 3, column helpfulnessLevel: bad value 'VERY_HELPFUL'; "
        "use one of HELPFUL, NOT_HELPFUL, SOMEWHAT_HELPFUL",
    ),
    (
        line_3("ratings", lambda row: row.replace(str(START_MS + 1), "yesterday")),
        "ratings-00000.tsv, line 3, column createdAtMillis: bad value 'yesterday'; use a whole number",
    ),
    (
        line_3("ratings", lambda row: row.replace(str(FIRST_NOTE), "99999999999999999999")),
        "ratings-00000.tsv, line 3, column noteId: bad value '99999999999999999999'; use a whole number",
    ),
    (
        line_3("notes", lambda row: row.replace("A0", "")),
        "notes-00000.tsv, line 3, column noteAuthorParticipantId: the value is empty; fill it in",
    ),
    (
        line_3("ratings", lambda row: row.replace("\t", "", 1)),
        "ratings-00000.tsv, line 3: 34 fields instead of 35; fetch the file again or leave the line out",
    ),
    (
        line_3("ratings", lambda row: "\t" + row),
        "ratings-00000.tsv, line 3: 36 fields instead of 35; fetch the file again or leave the line out",
    ),
    (
        line_3("userEnrollment", lambda row: "\n"),
        "userEnrollment-00000.tsv, line 3: 1 field instead of 8; fetch the file again or leave the line out",
    ),
]


@pytest.mark.parametrize(("texts", "sentence"), BAD_ROWS)
def test_a_bad_row_is_named_and_can_be_left_out(tmp_path: Path, texts: dict[str, str], sentence: str) -> None:
    folder = write(tmp_path, texts)
    with pytest.raises(InputError) as raised:
        scoring.read_tables(folder)
    assert str(raised.value) == f"{folder}/{sentence}"
    assert raised.value.line == 3
    told: list[InputError] = []
    tables = scoring.read_tables(folder, on_error=told.append)
    assert [str(error) for error in told] == [f"{folder}/{sentence}"]
    whole = scoring.read_tables(write(tmp_path / "whole", input_texts()))
    assert len(tables.notes) == len(whole.notes)
    assert len(whole.ratings) - len(tables.ratings) == ("ratings" in sentence)


def test_a_row_too_long_and_one_too_short_are_both_found(tmp_path: Path) -> None:
    lines = input_texts()["ratings"].splitlines(keepends=True)
    lines[2] = "\t" + lines[2]
    lines[4] = lines[4].replace("\t", "", 1)
    told: list[InputError] = []
    scoring.read_tables(write(tmp_path, {**input_texts(), "ratings": "".join(lines)}), on_error=told.append)
    assert [error.line for error in told] == [3, 5]


def test_a_file_cut_in_its_last_line(tmp_path: Path) -> None:
    content = input_texts()["ratings"]
    folder = write(tmp_path, {**input_texts(), "ratings": content[:-60]})
    with pytest.raises(
        InputError, match=r"line 13: \d+ fields instead of 35 \(the last line: the file may be cut"
    ):
        scoring.read_tables(folder)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    folder = write(tmp_path, input_texts())
    path = folder / "notes-00000.tsv"
    path.write_bytes(path.read_bytes().replace("🙂".encode(), b"\xff\xfe", 1))
    with pytest.raises(InputError, match="line 2: not UTF-8 text"):
        scoring.read_tables(folder)


def test_a_header_of_the_wrong_width(tmp_path: Path) -> None:
    folder = write(tmp_path, replaced("notes", "\tisCollaborativeNote", ""))
    with pytest.raises(InputError, match=r"notes-00000.tsv, line 1: the header has 23 columns instead of 24"):
        scoring.read_tables(folder, on_error=lambda error: None)


def test_an_empty_file(tmp_path: Path) -> None:
    folder = write(tmp_path, {**input_texts(), "notes": ""})
    with pytest.raises(InputError, match="line 1: the header has 0 columns instead of 24"):
        scoring.read_tables(folder)


@pytest.mark.parametrize("ending", [".tsv.gz", ".zip", ".parquet"])
def test_a_packed_file_cut_short(tmp_path: Path, ending: str) -> None:
    folder = write(tmp_path, input_texts())
    (folder / "ratings-00000.tsv").unlink()
    {".tsv.gz": as_gzip, ".zip": as_zip, ".parquet": as_parquet}[ending](
        folder, "ratings", input_texts(notes=30)["ratings"]
    )
    path = folder / f"ratings-00000{ending}"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(InputError, match=r"ratings-00000.*cut short.*fetch it again"):
        scoring.read_tables(folder)


def test_an_archive_without_a_table(tmp_path: Path) -> None:
    folder = write(tmp_path, input_texts())
    (folder / "ratings-00000.tsv").unlink()
    with zipfile.ZipFile(folder / "ratings-00000.zip", "w") as archive:
        archive.writestr("readme.txt", "nothing here")
    with pytest.raises(InputError, match=r"ratings-00000\.zip: the archive holds no \.tsv file"):
        scoring.read_tables(folder)


@pytest.mark.parametrize("time", ["", "NaN", "inf"])
def test_a_time_that_is_no_time_is_missing(tmp_path: Path, time: str) -> None:
    texts = input_texts(notes=1)
    texts["noteStatusHistory"] = text(
        STATUS_HISTORY, [{"noteId": FIRST_NOTE, "timestampMillisOfStatusLock": time}]
    )
    tables = scoring.read_tables(write(tmp_path, texts))
    assert tables.status_history.lock_ms.tolist() == [MISSING_MS]


def test_missing_files_and_directories(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere: there is no such directory"):
        scoring.read_tables(tmp_path / "nowhere")
    folder = write(tmp_path, input_texts())
    (folder / "userEnrollment-00000.tsv").unlink()
    with pytest.raises(InputError, match=r"there is no userEnrollment table; add userEnrollment-00000.tsv"):
        scoring.read_tables(folder)


def test_a_parquet_file_without_a_column(tmp_path: Path) -> None:
    folder = write(tmp_path, input_texts())
    as_parquet(folder, "notes", input_texts()["notes"])
    (folder / "notes-00000.tsv").unlink()
    path = folder / "notes-00000.parquet"
    pl.read_parquet(path).drop("classification").write_parquet(path)
    with pytest.raises(InputError, match="column classification: the column is missing"):
        scoring.read_tables(folder)


def test_repeated_rows_count_once_and_contradictions_are_told(tmp_path: Path) -> None:
    texts = input_texts(notes=1, raters=2)
    texts["ratings"] += texts["ratings"].splitlines()[1] + "\n"
    assert len(scoring.read_tables(write(tmp_path / "twice", texts)).ratings) == 2
    texts["ratings"] += texts["ratings"].splitlines()[1].replace("HELPFUL", "NOT_HELPFUL") + "\n"
    folder = write(tmp_path / "contradiction", texts)
    with pytest.raises(
        InputError, match=f"contradict each other for noteId {FIRST_NOTE}, raterParticipantId R0"
    ):
        scoring.read_tables(folder)
    told: list[InputError] = []
    assert len(scoring.read_tables(folder, on_error=told.append).ratings) == 2
    assert len(told) == 1


def test_notes_and_history_must_agree(tmp_path: Path) -> None:
    folder = write(tmp_path, replaced("noteStatusHistory", "A0", "A1"))
    with pytest.raises(InputError, match=f"differ in noteAuthorParticipantId of note {FIRST_NOTE}"):
        scoring.read_tables(folder)


def test_ratings_of_unknown_notes_are_left_out(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    texts = input_texts(notes=2, raters=3)
    texts["notes"] = text(NOTES, [{"noteId": FIRST_NOTE}])
    texts["noteStatusHistory"] = text(STATUS_HISTORY, [{"noteId": FIRST_NOTE}])
    tables = scoring.read_tables(write(tmp_path, texts))
    assert len(tables.ratings) == 3
    assert "3 ratings are of notes in neither" in caplog.text
