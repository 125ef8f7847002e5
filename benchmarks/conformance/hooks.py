"""What Schemathesis cannot know from a document: posts without a note, page tokens, to keep to one dialect.

Schemathesis loads it itself, by `SCHEMATHESIS_HOOKS`. Requests made up to be wrong are left as they are.
"""

from __future__ import annotations

import itertools
import os
from pathlib import Path
from typing import Any, Final

import schemathesis
from schemathesis import Case, HookContext

from harness.api.paging import Position, encode
from writers.protocol.dialects import DIALECTS
from writers.protocol.snowflakes import created_at_ms
from writers.protocol.text import MAX_NOTE_LENGTH, note_length

POSTS_VARIABLE: Final = "NOTEWRIGHT_CONFORMANCE_POSTS"

if POSTS_VARIABLE in os.environ:
    _posts = itertools.cycle(Path(os.environ[POSTS_VARIABLE]).read_text().split())

    # Not `map_case`: what a test of several steps hands on from one answer to the next request comes later.
    @schemathesis.hook
    def before_call(context: HookContext, case: Case[Any], kwargs: dict[str, Any]) -> None:
        del context, kwargs
        if case.meta is not None and case.meta.generation.mode.is_positive:
            _on_a_new_post(case)
            _within_the_length(case)
            _with_a_good_token(case)
            _in_one_dialect(case)


def _on_a_new_post(case: Case[Any]) -> None:
    """A post takes one note of a writer, so each goes to the next post."""
    if isinstance(case.body, dict) and "post_id" in case.body:
        case.body = {**case.body, "post_id": next(_posts)}


def _within_the_length(case: Case[Any]) -> None:
    """A schema cannot count each URL as one character; texts of posts, which are tried too, are longer."""
    body: Any = case.body
    if isinstance(body, dict) and note_length(body.get("info", {}).get("text", "")) > MAX_NOTE_LENGTH:
        case.body = {**body, "info": {**body["info"], "text": "https://port.example"}}


def _with_a_good_token(case: Case[Any]) -> None:
    if case.query and "pagination_token" in case.query:
        post_id = int(next(_posts))
        case.query["pagination_token"] = encode(Position(created_at_ms(post_id), post_id))


def _in_one_dialect(case: Case[Any]) -> None:
    """Keep one of the two selectors, each as often as the other."""
    selectors = [dialect.fields_parameter for dialect in DIALECTS.values()]
    if case.query and all(selector in case.query for selector in selectors):
        del case.query[selectors[int(next(_posts)) % len(selectors)]]
