"""Prompt files: names, versions, parts, and placeholders that fit."""

from __future__ import annotations

from pathlib import Path

import pytest

from writers.errors import PluginError
from writers.llm import desk, load_prompt, prompt
from writers.llm.prompts import PromptText


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "critic.v1.md").write_text("Old.\n---\n{{draft}}\n", encoding="utf-8")
    (tmp_path / "critic.v10.md").write_text("New.\n\nStrict.\n---  \nDraft:\n{{ draft }}\n---\nend", "utf-8")
    (tmp_path / "critic.v2.txt").write_text("Second.\n---\n{{draft}}", encoding="utf-8")
    (tmp_path / "critics.v11.md").write_text("Another.\n---\n", encoding="utf-8")
    (tmp_path / "flat.v1.md").write_text("No line of dashes.", encoding="utf-8")
    return tmp_path


def test_the_newest_version_is_the_highest_number(folder: Path) -> None:
    text = load_prompt(folder, "critic")
    assert (text.name, text.version, text.system) == ("critic", "v10", "New.\n\nStrict.")
    filled = text.fill(draft="12 arches")
    assert filled.identity == "critic.v10"
    assert filled.user.startswith("Draft:\n<data-")
    assert filled.user.endswith("\n---\nend")


def test_an_older_version_is_there_for_who_asks(folder: Path) -> None:
    assert load_prompt(folder, "critic", version=2).system == "Second."


@pytest.mark.parametrize(
    ("name", "version", "words"),
    [
        ("judge", None, r"no prompt file judge\.vN\.md in .*: add it"),
        ("critic", 3, r"no prompt file critic\.v3\.md"),
        ("flat", None, r"flat\.v1\.md has no line of three dashes"),
    ],
)
def test_a_prompt_that_is_not_there_is_named(
    folder: Path, name: str, version: int | None, words: str
) -> None:
    with pytest.raises(PluginError, match=words):
        load_prompt(folder, name, version)


def test_every_placeholder_is_filled_and_no_value_is_left_over() -> None:
    text = PromptText("note", "v1", "Judge.", "{{post}} {{page}}")
    with pytest.raises(PluginError, match=r"'note\.v1' has the placeholders page, post: 'page' is not given"):
        text.fill(post="a")
    with pytest.raises(PluginError, match="'language' is none of them"):
        text.fill(post="a", page="b", language="c")


def test_what_every_post_is_told_has_no_placeholder() -> None:
    with pytest.raises(PluginError, match="above its line of dashes"):
        prompt("Judge {{post}}.", "", post="a")


def test_a_value_is_not_filled_in_again() -> None:
    filled = prompt("Judge.", "{{post}} {{page}}", post="{{page}}", page="the page")
    assert filled.user.count("the page") == 1
    assert "{{page}}" in filled.user


def test_an_inline_prompt_is_versioned_by_its_text() -> None:
    first, again = prompt("a", "{{post}}", post="x"), prompt("a", "{{post}}", post="y")
    assert first.version == again.version
    assert prompt("b", "{{post}}", post="x").version != first.version


def test_the_prompts_that_come_with_the_package_can_be_filled() -> None:
    assert "How many arches?" in desk.SEARCH_PROMPT.fill(question="How many arches?").user
