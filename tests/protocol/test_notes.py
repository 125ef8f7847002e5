"""Notes: the shape of those written, refusals of bad ones, and with leave to write, a test note's life."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.api.samples import submission
from tests.protocol.conftest import Target
from tests.protocol.shapes import assert_invalid_request, assert_problem, assert_rate_limit_headers, is_id
from writers.protocol.dialects import NOTES_PATH
from writers.protocol.notes import NOTE_FIELDS, Classification, EvaluatorType, ScoreBucket

LINK = "https://en.wikipedia.org/wiki/Port"


def assert_written_shape(note: dict[str, Any]) -> None:
    assert is_id(note["id"])
    assert isinstance(note["status"], str), "clients index it"
    assert "post_id" not in note
    info = note["info"]
    assert is_id(info["post_id"])
    assert info["classification"] in list(Classification)
    assert isinstance(info["text"], str)
    assert isinstance(info["trustworthy_sources"], bool)
    assert isinstance(info.get("misleading_tags", []), list)
    for outcome in note.get("test_result", {}).get("evaluation_outcome", ()):
        assert outcome["evaluator_type"] in list(EvaluatorType)
        assert outcome["evaluator_score_bucket"] in list(ScoreBucket), "capitalised on the wire"


@pytest.mark.parametrize("fields", [None, ",".join(NOTE_FIELDS)], ids=["without fields", "all fields"])
def test_notes_written_have_the_shape_that_clients_read(target: Target, fields: str | None) -> None:
    response = target.written(max_results="100", **({} if fields is None else {"note.fields": fields}))
    assert response.status_code == 200, response.text
    assert_rate_limit_headers(response)
    body = response.json()
    notes = body.get("data", [])
    assert len(notes) == body["meta"]["result_count"]
    for note in notes:
        assert_written_shape(note)
    ids = [int(note["id"]) for note in notes]
    assert ids == sorted(ids, reverse=True), "newest first"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"note.fields": "bogus"}, r"value \[bogus\] is not one of \["),
        ({"max_results": "101"}, r"value \[101\] is not between 1 and 100"),
        ({"pagination_token": "bogus"}, "pagination_token"),
        ({"test_mode": "banana"}, "test_mode"),
    ],
)
def test_a_wrong_parameter_of_notes_written_is_named(
    target: Target, wrong: dict[str, str], sentence: str
) -> None:
    assert_invalid_request(target.written(**wrong), sentence)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"text": "No source is named."}, "does not match the regex pattern"),
        (
            {"text": "x" * 281 + f" {LINK}"},
            r"Note should contain at least 1 and at most 280 characters \(urls count as a single character\)",
        ),
        ({"classification": "wrong"}, r"enumeration \[.*not_misleading.*\]"),
        ({"misleading_tags": ["wrong"]}, r"enumeration \[.*factual_error.*\]"),
        ({"misleading_tags": []}, "misleading_tags"),
        ({"trustworthy_sources": "yes"}, "trustworthy_sources"),
        ({"colour": "green"}, "colour"),
    ],
    ids=str,
)
def test_a_bad_note_is_refused(target: Target, post_id: str, change: dict[str, Any], sentence: str) -> None:
    assert_invalid_request(target.submit_bad(submission(post_id, **change)), sentence)


def test_bad_envelopes_are_refused(target: Target, post_id: str) -> None:
    good = submission(post_id, text=f"No URL in this one, so nothing can be stored. {'x' * 300}")
    for change in ({"colour": "green"}, {"post_id": "seven"}, {"test_mode": "yes"}):
        [key] = change
        assert_invalid_request(target.submit_bad({**good, **change}), key)


def test_a_test_notes_life(writing: Target, post_id: str) -> None:
    note = submission(post_id, text=f"The port's own report says 3 thousand crates: {LINK}")
    created = writing.ask("POST", NOTES_PATH, body=note)
    assert created.status_code == 201, created.text
    note_id = created.json()["data"]["id"]
    try:
        assert is_id(note_id)
        again = writing.ask("POST", NOTES_PATH, body=note)
        assert_invalid_request(again, rf"User already created a note: \[{note_id}\] for this post\.")
        newest = writing.written(max_results="5").json()["data"][0]
        assert_written_shape(newest)
        assert (newest["id"], newest["info"]["post_id"], newest["status"]) == (note_id, post_id, "")
        assert newest["info"]["text"] == note["info"]["text"]
    finally:
        deleted = writing.ask("DELETE", f"{NOTES_PATH}/{note_id}")
    assert (deleted.status_code, deleted.json()) == (200, {"data": {"deleted": True}})
    assert note_id not in [item["id"] for item in writing.written().json().get("data", [])]
    gone = writing.ask("DELETE", f"{NOTES_PATH}/{note_id}")
    assert gone.status_code >= 400
    assert "is not found" in assert_problem(gone, gone.status_code).get("detail", "") + gone.text
