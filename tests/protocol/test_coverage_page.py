"""The page on what the local API covers names all there is: routes, parameters, problems, settings."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import pytest

from harness.api import ServerSettings, create_app, problems
from harness.api.fault_settings import Fault, FaultSettings
from harness.store import Store
from tests.conftest import PROJECT
from tests.harness.api.running import recorded_evaluator
from writers.clock import SystemClock
from writers.protocol.dialects import TWEET
from writers.protocol.fields import COMMUNITY_NOTES_FIELDS
from writers.protocol.notes import NOTE_FIELDS, EvaluatorType, ScoreBucket, WireStatus
from writers.protocol.post_selection import FeedSize
from writers.protocol.problems import ProblemItem

PAGE = PROJECT / "docs" / "api-coverage.md"

REFUSALS: dict[str, list[problems.Refusal]] = {
    "not_authenticated": [problems.not_authenticated()],
    "app_only": [problems.app_only(TWEET)],
    "scope_missing": [problems.scope_missing()],
    "app_not_enrolled": [problems.app_not_enrolled(TWEET, "7")],
    "not_a_writer": [problems.not_a_writer(7)],
    "not_admitted": [problems.not_admitted(TWEET, 403), problems.not_admitted(TWEET, 400)],
    "feed_not_earned": [problems.feed_not_earned("xl")],
    "media_notes_not_earned": [problems.media_notes_not_earned()],
    "daily_limit": [problems.daily_limit()],
    "duplicate": [problems.duplicate(TWEET, 7)],
    "shown_match": [problems.shown_match(TWEET, "7")],
    "not_found": [problems.not_found(TWEET, 404, "note", "7"), problems.not_found(TWEET, 400, "post", "7")],
    "invalid": [problems.invalid(TWEET, [ProblemItem(message="Invalid Request")])],
    "too_many_requests": [problems.too_many_requests(TWEET, "both")],
    "body_too_large": [problems.body_too_large(7)],
    "plain": [problems.plain(503, "Service Unavailable")],
}


def general(text: str) -> str:
    """Without the values of one case, and with single blanks."""
    return " ".join(re.sub(r"\[[^\]]*\]|\b\d+(?= bytes)", "[…]", text).split())


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def paths() -> dict[str, Any]:
    with Store.in_memory() as store:
        app = create_app(store, clock=SystemClock(), evaluator=recorded_evaluator())
        found: dict[str, Any] = app.openapi()["paths"]
    return found


def test_every_route_and_parameter_is_named(page: str, paths: dict[str, Any]) -> None:
    for path, operations in paths.items():
        for method, operation in operations.items():
            assert f"`{method.upper()} {path}`" in page
            for parameter in operation.get("parameters", ()):
                assert f"`{parameter['name']}`" in page
            for status in operation["responses"]:
                assert re.search(rf"\b{status}\b", page), status


def test_every_problem_is_named(page: str) -> None:
    told = general(page)
    for refusals in REFUSALS.values():
        for refusal in refusals:
            assert str(refusal.status) in told
            messages = [item.message for item in refusal.problem.errors]
            for sentence in (refusal.problem.title, *(messages or [refusal.problem.detail])):
                assert general(sentence) in told, sentence


def test_no_problem_of_the_server_is_left_out() -> None:
    makers = {
        name
        for name, function in inspect.getmembers(problems, inspect.isfunction)
        if function.__module__ == problems.__name__ and function.__annotations__.get("return") == "Refusal"
    }
    assert makers == set(REFUSALS)


def test_every_state_and_field_is_named(page: str) -> None:
    names = [
        *WireStatus,
        *EvaluatorType,
        *ScoreBucket,
        *FeedSize,
        *NOTE_FIELDS,
        *COMMUNITY_NOTES_FIELDS,
        *Fault,
    ]
    assert [name for name in names if name not in page] == []


def test_every_setting_is_named_and_none_that_is_gone(page: str) -> None:
    tables = page.partition("## Settings")[2].partition("## Real posts")[0]
    listed = re.findall(r"^\| `(\w+)` \|", tables, re.MULTILINE)
    assert sorted(listed) == sorted([*ServerSettings.model_fields, *FaultSettings.model_fields])


def test_its_defaults_are_those_of_the_server(page: str) -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", page, re.MULTILINE))
    for model in (ServerSettings(), FaultSettings()):
        for name, value in model:
            if isinstance(value, bool | int | str):
                assert rows[name] == str(value).lower(), name


def test_commands_on_the_page_exist(page: str) -> None:
    for folder in re.findall(r"pytest (\S+)", page):
        assert (Path(PROJECT) / folder).is_dir()
