"""Reading the public files: every packing, every way of being wrong."""

from __future__ import annotations

import gzip
import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scoring
from scoring.errors import InputError
from scoring.statuses import CRH, NONE
from scoring.tables import MISSING_MS, NOT_ENROLLED, Classification, HelpfulTag, NotHelpfulTag, Tables
from scoring.tables.columns import INPUTS, NOTES, RATINGS, STATUS_HISTORY, USER_ENROLLMENT, Schema
from scoring.tables.packing import BLOCK_BYTES
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
    ("answer", "level", "old_form"),
    [
        ({"helpfulnessLevel": "", "helpful": 1}, [2], [True]),
        ({"helpfulnessLevel": "", "helpful": 1, "notHelpful": 1}, [0], [True]),
        ({"helpfulnessLevel": "HELPFUL", "notHelpful": 1}, [2], [False]),
        ({"helpfulnessLevel": "", "helpful": 0, "notHelpful": 0}, [], []),
    ],
)
@pytest.mark.parametrize("suggestion", ["", 'a "quotation" in ünïcode'], ids=["fast", "general"])
def test_old_and_new_forms_of_a_rating(
    tmp_path: Path, answer: dict[str, Any], level: list[int], old_form: list[bool], suggestion: str
) -> None:
    texts = input_texts(notes=1)
    row = {"noteId": FIRST_NOTE, "raterParticipantId": "R0", "suggestion": suggestion, **answer}
    texts[RATINGS.stem] = text(RATINGS, [row])
    ratings = scoring.read_tables(write(tmp_path, texts)).ratings
    assert ratings.level.tolist() == level
    assert ratings.old_form.tolist() == old_form


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
        line_3("ratings", lambda row: row.replace("R1", "R 1")),
        "ratings-00000.tsv, line 3, column raterParticipantId: bad value 'R 1'; "
        "give the id as published, without white space",
    ),
    (
        line_3("ratings", lambda row: row.replace("R1", "R\x001")),
        r"ratings-00000.tsv, line 3, column raterParticipantId: bad value 'R\x001'; "
        "give the id as published, without white space",
    ),
    (
        line_3("ratings", lambda row: row.replace(str(FIRST_NOTE), f'"{FIRST_NOTE}"')),
        f"ratings-00000.tsv, line 3, column noteId: bad value '\"{FIRST_NOTE}\"'; use a whole number",
    ),
    (
        line_3("ratings", lambda row: row.replace(str(FIRST_NOTE), f"{FIRST_NOTE}.0")),
        f"ratings-00000.tsv, line 3, column noteId: bad value '{FIRST_NOTE}.0'; use a whole number",
    ),
    (
        line_3("ratings", lambda row: row.replace(str(START_MS + 1), "NaN")),
        "ratings-00000.tsv, line 3, column createdAtMillis: bad value 'NaN'; use a whole number",
    ),
    (
        line_3("ratings", lambda row: row.replace("\t1\t", "\tyes\t", 1)),
        "ratings-00000.tsv, line 3, column helpfulClear: bad value 'yes'; use a whole number",
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


@pytest.mark.parametrize("schema", INPUTS)
def test_an_empty_file(tmp_path: Path, schema: Schema) -> None:
    folder = write(tmp_path, {**input_texts(), schema.stem: ""})
    with pytest.raises(InputError) as raised:
        scoring.read_tables(folder, on_error=lambda error: None)
    assert f"line 1: the header has 0 columns instead of {len(schema.columns)}" in str(raised.value)


@pytest.mark.parametrize("schema", INPUTS)
def test_a_file_without_a_header(tmp_path: Path, schema: Schema) -> None:
    texts = input_texts()
    texts[schema.stem] = texts[schema.stem].split("\n", 1)[1]
    with pytest.raises(InputError, match="line 1: the first line holds values instead of the columns' names"):
        scoring.read_tables(write(tmp_path, texts), on_error=lambda error: None)


@pytest.mark.parametrize("schema", INPUTS)
def test_a_table_of_a_header_alone(tmp_path: Path, schema: Schema) -> None:
    tables = scoring.read_tables(write(tmp_path, {**input_texts(), schema.stem: text(schema, [])}))
    assert len(tables.notes) == 3
    assert len(tables.ratings) == (0 if schema is RATINGS else 12)
    enrolled = tables.enrollment.modeling_group != NOT_ENROLLED
    assert np.count_nonzero(enrolled) == (0 if schema is USER_ENROLLMENT else 4)


def test_line_ends_of_windows(tmp_path: Path) -> None:
    folder = write(tmp_path / "windows", input_texts())
    for path in folder.iterdir():
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert_same(scoring.read_tables(folder), scoring.read_tables(write(tmp_path / "plain", input_texts())))


def many_blocks() -> str:
    """A ratings file of some blocks, whose lines end anywhere in them."""
    rows = [
        {
            "noteId": FIRST_NOTE,
            "raterParticipantId": f"{rater:0{rater % 60}X}",
            "suggestionId": "é" * (rater % 9),
        }
        for rater in range(40_000)
    ]
    content = text(RATINGS, rows)
    assert len(content.encode()) > 2 * BLOCK_BYTES
    return content


@pytest.mark.parametrize("packed", [as_gzip, as_zip, as_parquet, as_parts])
def test_files_of_many_blocks(tmp_path: Path, packed: Callable[[Path, str, str], None]) -> None:
    content = many_blocks()
    plain = scoring.read_tables(write(tmp_path / "plain", {**input_texts(), "ratings": content}))
    assert len(plain.ratings) == 40_000
    assert sorted(plain.participant_ids) == plain.participant_ids
    folder = write(tmp_path / "packed", input_texts())
    (folder / "ratings-00000.tsv").unlink()
    packed(folder, "ratings", content)
    assert_same(plain, scoring.read_tables(folder))


def test_a_bad_line_beyond_the_first_block(tmp_path: Path) -> None:
    lines = many_blocks().splitlines(keepends=True)
    lines[30_000] = lines[30_000].replace("HELPFUL", "GOOD")
    lines[39_000] = "\n"
    folder = write(tmp_path, {**input_texts(), "ratings": "".join(lines)})
    told: list[InputError] = []
    tables = scoring.read_tables(folder, on_error=told.append)
    assert [error.line for error in told] == [30_001, 39_001]
    assert len(tables.ratings) == 39_998


def test_a_line_longer_than_a_block(tmp_path: Path) -> None:
    long = "words " * BLOCK_BYTES
    texts = {**input_texts(notes=2), "notes": text(NOTES, [{"noteId": FIRST_NOTE, "summary": long}])}
    assert scoring.read_tables(write(tmp_path, texts)).notes.summary.tolist() == [long, ""]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('He said "no"', 'He said "no"'),
        ('"No", he said', "No, he said"),
        ('"He said ""no"""', 'He said "no"'),
        ('""', ""),
        ('"No end', '"No end'),
        ("", ""),
        ("Line one  Line\x00two \r three", "Line one  Line\x00two \r three"),
    ],
)
def test_what_a_note_says(tmp_path: Path, written: str, said: str) -> None:
    folder = write(tmp_path, input_texts(notes=1))
    content = text(NOTES, [{"noteId": FIRST_NOTE, "summary": written}])
    (folder / "notes-00000.tsv").write_bytes(content.encode())
    assert scoring.read_tables(folder).notes.summary.tolist() == [said]


def test_a_status_history_of_23_columns(tmp_path: Path) -> None:
    row = {
        "noteId": FIRST_NOTE,
        "timestampMinuteOfFinalScoringOutput": 29_714_340.0,
        "timestampMillisOfFirstNmrDueToMinStableCrhTime": START_MS,
        "abovePcrhThresholdTime": -1,
        "currentDecidedBy": "CoreModel (v1.1)",
        "currentModelingGroup": 14.0,
    }
    texts = {**input_texts(notes=1), "noteStatusHistory": text(STATUS_HISTORY, [row])}
    history = scoring.read_tables(write(tmp_path / "new", texts)).status_history
    assert history.first_stabilizing_ms.tolist() == [START_MS]
    assert history.above_pcrh_ms.tolist() == [-1]
    texts["noteStatusHistory"] = re.sub(r"\t[^\t\n]*\n", "\n", texts["noteStatusHistory"])
    history = scoring.read_tables(write(tmp_path / "old", texts)).status_history
    assert history.first_stabilizing_ms.tolist() == [MISSING_MS]
    assert history.above_pcrh_ms.tolist() == [MISSING_MS]
    assert history.final_output_minute.tolist() == [29_714_340]
    assert history.decided_by.tolist() == ["CoreModel (v1.1)"]
    assert (history.modeling_group.tolist(), history.modeling_multi_group.tolist()) == ([14], [-1])


def test_times_ahead_are_taken_as_they_are(tmp_path: Path) -> None:
    texts = input_texts(notes=1, raters=1)
    ahead = START_MS + 10**12
    texts["ratings"] = texts["ratings"].replace(str(START_MS + 1), str(ahead))
    tables = scoring.read_tables(write(tmp_path, texts))
    assert tables.ratings.created_at_ms.tolist() == [ahead]
    assert tables.newest_ms == ahead


def test_everybody_whom_a_table_names_has_a_number(tmp_path: Path) -> None:
    texts = input_texts(notes=1, raters=1)
    silent = {"noteId": FIRST_NOTE, "raterParticipantId": "SILENT", "helpfulnessLevel": ""}
    astray = {"noteId": FIRST_NOTE + 9, "raterParticipantId": "ASTRAY"}
    texts["ratings"] = text(RATINGS, [silent, astray])
    texts["userEnrollment"] = text(USER_ENROLLMENT, [{"participantId": "READER"}])
    tables = scoring.read_tables(write(tmp_path, texts))
    assert tables.participant_ids == ["A0", "ASTRAY", "READER", "SILENT"]
    assert len(tables.ratings) == 0


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


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [("A0", "A1", "noteAuthorParticipantId"), (str(START_MS), str(START_MS + 1), "createdAtMillis")],
)
def test_notes_and_history_must_agree(tmp_path: Path, old: str, new: str, column: str) -> None:
    folder = write(tmp_path, replaced("noteStatusHistory", old, new))
    with pytest.raises(InputError, match=f"differ in {column} of note {FIRST_NOTE}; fetch both tables of"):
        scoring.read_tables(folder)


@pytest.mark.parametrize("schema", [NOTES, STATUS_HISTORY, USER_ENROLLMENT])
def test_rows_given_twice_count_once_and_contradictions_are_told(tmp_path: Path, schema: Schema) -> None:
    plain = input_texts()
    whole = scoring.read_tables(write(tmp_path / "plain", plain))
    row = plain[schema.stem].splitlines()[1] + "\n"
    twice = {**plain, schema.stem: plain[schema.stem] + row}
    assert_same(scoring.read_tables(write(tmp_path / "twice", twice)), whole)
    change = {
        NOTES.stem: ("MISINFORMED_OR_POTENTIALLY_MISLEADING", "NOT_MISLEADING"),
        STATUS_HISTORY.stem: (f"{START_MS}\t", f"{START_MS}\t{START_MS}"),
        USER_ENROLLMENT.stem: ("earnedIn", "newUser"),
    }
    other = row.replace(*change[schema.stem])
    assert other != row
    header, rest = plain[schema.stem].split("\n", 1)
    read = []
    for name, content in (("after", f"{header}\n{rest}{other}"), ("before", f"{header}\n{other}{rest}")):
        told: list[InputError] = []
        folder = write(tmp_path / name, {**plain, schema.stem: content})
        read.append(scoring.read_tables(folder, on_error=told.append))
        [error] = told
        assert f"{schema.stem} has rows that contradict each other for " in str(error)
    assert_same(*read)


@pytest.mark.parametrize("column", ["noteId", "tweetId"])
def test_ids_in_parquet_as_floating_point_numbers(tmp_path: Path, column: str) -> None:
    folder = write(tmp_path, input_texts())
    as_parquet(folder, "notes", input_texts()["notes"])
    (folder / "notes-00000.tsv").unlink()
    path = folder / "notes-00000.parquet"
    pl.read_parquet(path).with_columns(pl.col(column).cast(pl.Float64)).write_parquet(path)
    with pytest.raises(InputError, match=f"column {column}: ids are stored as floating-point numbers"):
        scoring.read_tables(folder)


def test_whole_numbers_in_parquet_as_floating_point_numbers(tmp_path: Path) -> None:
    folder = write(tmp_path, input_texts())
    as_parquet(folder, "ratings", input_texts()["ratings"])
    (folder / "ratings-00000.tsv").unlink()
    path = folder / "ratings-00000.parquet"
    plain = scoring.read_tables(folder)
    changed = pl.read_parquet(path).with_columns(
        pl.col("createdAtMillis", "helpfulClear").cast(pl.Float64),
        helpfulOther=pl.lit(float("nan")),
    )
    changed.write_parquet(path)
    assert_same(plain, scoring.read_tables(folder))
    changed.with_columns(createdAtMillis=pl.col("createdAtMillis") + 0.5).write_parquet(path)
    with pytest.raises(InputError, match=r"column createdAtMillis: row 1: bad value '.*\.5'; use a whole"):
        scoring.read_tables(folder)


@given(seed=st.integers(0, 2**32), parts=st.integers(1, 4))
@settings(max_examples=15, deadline=None)
def test_neither_order_nor_division_makes_a_difference(
    tmp_path_factory: pytest.TempPathFactory, seed: int, parts: int
) -> None:
    generator = np.random.default_rng(seed)
    plain = scoring.read_tables(write(tmp_path_factory.mktemp("plain"), input_texts()))
    folder = tmp_path_factory.mktemp("mixed")
    for stem, content in input_texts().items():
        header, *rows = content.splitlines()
        (folder / stem).mkdir()
        for part, some in enumerate(np.array_split(generator.permutation(rows), parts)):
            (folder / stem / f"{generator.integers(10**6)}-{part}.tsv").write_text("\n".join([header, *some]))
    assert_same(plain, scoring.read_tables(folder))


def test_ratings_of_unknown_notes_are_left_out(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    texts = input_texts(notes=2, raters=3)
    texts["notes"] = text(NOTES, [{"noteId": FIRST_NOTE}])
    texts["noteStatusHistory"] = text(STATUS_HISTORY, [{"noteId": FIRST_NOTE}])
    tables = scoring.read_tables(write(tmp_path, texts))
    assert len(tables.ratings) == 3
    assert "3 ratings are of notes in neither" in caplog.text
