"""The fast way through a ratings file and the careful one say the same; ids keep their numbers."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.errors import InputError
from scoring.tables import Ratings
from scoring.tables.columns import RATINGS
from scoring.tables.files import raise_error, rows_of
from scoring.tables.keys import Numbers, Texts
from scoring.tables.packing import Block
from scoring.tables.rating_lines import parse_ratings
from scoring.tables.ratings import RATING_COLUMNS, ratings_of_frame
from tests.scoring.public_files import line

NOTE_ID = np.array([0, 7, 2_000_000_000_000_000_001, 2**63 - 1], np.int64)


def block(lines: list[str]) -> Block:
    text = "".join(f"{each}\n" for each in lines).encode()
    return Block(np.frombuffer(bytearray(text), np.uint8), len(lines), 2, cut_short=False)


def slow(made: Block) -> Ratings | InputError:
    """By polars, or the first thing that it finds wrong."""
    try:
        frame = rows_of(made, RATINGS, Path("ratings.tsv"), RATINGS, RATING_COLUMNS, raise_error)
    except InputError as error:
        return error
    return ratings_of_frame(frame, Numbers(NOTE_ID), Texts())


numbers = st.one_of(
    st.sampled_from(["0", "7", "007", "2000000000000000001", str(2**63 - 1), str(2**63), "9" * 19, "9" * 20]),
    st.sampled_from(["", "-1", "+7", " 7", "7 ", "1.5", "NaN", "1e3", "x", "7\x00", "\r7", "٣"]),
)
flags = st.sampled_from(["", "0", "1", "1", "2", "01", " 1", "x", "1.0"])
ROW = st.fixed_dictionaries(
    {
        "noteId": numbers,
        "raterParticipantId": st.sampled_from(["A", "B" * 64, "B" * 63 + "C", "é", "a b", "", "a\x00"]),
        "createdAtMillis": numbers,
    },
    optional={
        "version": st.sampled_from(["", "anything"]),
        "helpful": flags,
        "notHelpful": flags,
        "helpfulnessLevel": st.sampled_from(["", "HELPFUL", "NOT_HELPFUL", "SOMEWHAT_HELPFUL", "HELPFULL"]),
        "helpfulOther": flags,
        "helpfulUnbiasedLanguage": flags,
        "notHelpfulOther": flags,
        "notHelpfulNoteNotNeeded": flags,
        "ratingSourceBucketed": st.sampled_from(["", "POPULATION_SAMPLED", "POPULATION_SAMPLE", "DEFAULT"]),
        "suggestionId": st.sampled_from(["", "what, ever"]),
    },
)
GOOD_ROW = st.fixed_dictionaries(
    {
        "noteId": st.sampled_from(NOTE_ID.tolist()),
        "raterParticipantId": st.text("0123456789ABCDEF", min_size=1, max_size=70),
        "createdAtMillis": st.integers(0, 2**62),
        "helpful": st.sampled_from(["", "0", "1"]),
        "notHelpful": st.sampled_from(["", "0", "1"]),
        "helpfulnessLevel": st.sampled_from(["", "HELPFUL", "NOT_HELPFUL", "SOMEWHAT_HELPFUL"]),
        "helpfulOther": st.sampled_from(["", "0", "1"]),
        "helpfulUnbiasedLanguage": st.sampled_from(["", "0", "1"]),
        "notHelpfulOther": st.sampled_from(["", "0", "1"]),
        "notHelpfulNoteNotNeeded": st.sampled_from(["", "0", "1"]),
        "ratingSourceBucketed": st.sampled_from(["", "POPULATION_SAMPLED", "DEFAULT"]),
    }
)


def assert_alike(lines: list[str]) -> bool:
    """Whether the fast way understood the lines; what it understood, the careful way understands alike."""
    made = block(lines)
    fast = parse_ratings(made.text, made.lines)
    if fast is None:
        return False
    careful = slow(made)
    assert isinstance(careful, Ratings)
    people = Texts()
    found = {
        "note": Numbers(NOTE_ID).rows(fast.note_id),
        "rater": people.numbers(made.text, fast.rater_begin, fast.rater_end),
    }
    for field in fields(Ratings):
        np.testing.assert_array_equal(
            found[field.name] if field.name in found else getattr(fast, field.name),
            getattr(careful, field.name),
            err_msg=field.name,
        )
    return True


@given(row=ROW)
@settings(max_examples=300, deadline=None)
def test_what_the_fast_way_understands_is_what_the_careful_way_says(row: dict[str, object]) -> None:
    assert_alike([line(RATINGS, row)])


@given(rows=st.lists(GOOD_ROW, max_size=8))
@settings(deadline=None)
def test_lines_as_published_take_the_fast_way(rows: list[dict[str, object]]) -> None:
    assert assert_alike([line(RATINGS, row) for row in rows])


@pytest.mark.parametrize("tabs", [33, 35])
def test_a_line_of_another_width_does_not(tabs: int) -> None:
    good = line(RATINGS, {"noteId": 7, "raterParticipantId": "A"})
    bad = good + "\t" if tabs == 35 else good.removesuffix("\t")
    assert parse_ratings(block([good, bad]).text, 2) is None
    assert parse_ratings(block([bad, good]).text, 2) is None


@given(
    texts=st.lists(st.text(st.characters(exclude_characters="\n", codec="utf-8"), min_size=1), max_size=60)
)
def test_texts_are_numbered_by_appearance_and_ranked_by_character(texts: list[str]) -> None:
    known = Texts()
    encoded = [each.encode() for each in texts]
    end = np.cumsum([len(each) for each in encoded], dtype=np.int64)
    begin = end - np.array([len(each) for each in encoded], np.int64)
    made = np.frombuffer(bytearray(b"".join(encoded)), np.uint8)
    first = list(dict.fromkeys(texts))
    assert known.numbers(made, begin, end).tolist() == [first.index(each) for each in texts]
    assert known.numbers(made, begin, end).tolist() == [first.index(each) for each in texts]
    ids, rank = known.ranked()
    assert ids == sorted(first)
    assert [ids[place] for place in rank.tolist()] == first


def test_many_texts_and_numbers_outgrow_their_tables() -> None:
    count = 100_000
    known = Texts()
    for low in range(0, count, 30_000):
        texts = [f"participant {each}" for each in range(low, min(low + 30_000, count))]
        sizes = np.array([len(each) for each in texts], np.int64)
        end = np.cumsum(sizes)
        made = np.frombuffer(bytearray("".join(texts).encode()), np.uint8)
        assert known.numbers(made, end - sizes, end).tolist() == list(range(low, low + len(texts)))
    assert len(known) == count
    assert known.ranked()[0][:2] == ["participant 0", "participant 1"]
    ids = np.arange(count, dtype=np.int64) * 4096 - 2**62
    np.testing.assert_array_equal(Numbers(ids).rows(ids), np.arange(count))
    assert Numbers(ids).rows(ids + 1).tolist() == [-1] * count
    assert Numbers(ids[:0]).rows(ids[:2]).tolist() == [-1, -1]
