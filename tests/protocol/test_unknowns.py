"""Where X is not known, one setting decides here; these tests find out which value a server goes by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.harness.api.samples import submission
from tests.protocol.conftest import Target
from tests.protocol.shapes import assert_problem
from writers.protocol.dialects import NOTES_PATH, POST, WRITTEN_PATH

Observe = Callable[[str, Any], None]

NOBODYS_POST = "20"
NOBODYS_NOTE = "1"
LINK = "https://en.wikipedia.org/wiki/Port"


def test_rate_limits(target: Target, observe: Observe) -> None:
    observe("feed_rate_limit", int(target.feed(max_results="1").headers["x-rate-limit-limit"]))
    observe("rate_limit", int(target.written(max_results="1").headers["x-rate-limit-limit"]))


def test_the_post_dialect_on_the_feed(target: Target, observe: Observe) -> None:
    response = target.feed(**{POST.fields_parameter: "created_at"})
    if not response.is_success:
        assert_problem(response, 400)
    observe("post_dialect_on_feed", response.is_success)


def test_the_content_type_of_problems(target: Target, observe: Observe) -> None:
    response = target.feed(max_results="0")
    assert_problem(response, 400)
    observe("problem_media_type", response.headers["content-type"].split(";")[0])


def test_an_unknown_post(target: Target, observe: Observe) -> None:
    response = target.evaluate({"post_id": NOBODYS_POST, "note_text": f"A fact. {LINK}"})
    assert_problem(response, response.status_code)
    observe("unknown_post_status", response.status_code)


def test_live_notes_before_admission(target: Target, observe: Observe) -> None:
    response = target.ask("GET", WRITTEN_PATH, params={"test_mode": "false"})
    # An admitted writer learns nothing of it.
    if not response.is_success:
        assert_problem(response, response.status_code)
        observe("not_admitted_status", response.status_code)


def test_a_note_that_never_was(writing: Target, observe: Observe) -> None:
    response = writing.ask("DELETE", f"{NOTES_PATH}/{NOBODYS_NOTE}")
    assert_problem(response, response.status_code)
    observe("missing_note_status", response.status_code)


def test_a_deleted_note_and_its_post(writing: Target, post_id: str, observe: Observe) -> None:
    note = submission(post_id, text=f"The port's own report says 3 thousand crates: {LINK}")
    created = writing.ask("POST", NOTES_PATH, body=note)
    assert created.status_code == 201, created.text
    path = f"{NOTES_PATH}/{created.json()['data']['id']}"
    assert writing.ask("DELETE", path).status_code == 200
    observe("deleted_note_status", writing.ask("DELETE", path).status_code)
    again = writing.ask("POST", NOTES_PATH, body=note)
    observe("deleted_note_frees_post", again.is_success)
    if again.is_success:
        writing.ask("DELETE", f"{NOTES_PATH}/{again.json()['data']['id']}")
