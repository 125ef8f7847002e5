"""Scenario files: the default one, and every mistake told in one sentence."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from harness.simulation.scenario import Scenario, WriterSettings, load_scenario
from writers.clock import DAY_MS
from writers.errors import BadInputError

WRITER = '[[writers]]\nname = "a"\nplugin = "baseline"\n'


def scenario(folder: Path, text: str) -> Scenario:
    file = folder / "season.toml"
    file.write_text(text, encoding="utf-8")
    return load_scenario(file)


def test_the_default_is_thirty_days_of_three_writers() -> None:
    default = load_scenario()
    assert default.days == 30
    assert default.raters.size == 2_000
    assert [writer.name for writer in default.writers] == ["baseline", "careless", "url-inventor"]
    assert default.scoring.every_hours == 1


def test_the_default_file_says_what_the_defaults_are() -> None:
    default = load_scenario()
    assert default == Scenario(writers=default.writers)
    assert default.writers[0] == WriterSettings(name="baseline", plugin="baseline")


def test_times_follow_from_start_and_length(tmp_path: Path) -> None:
    plan = scenario(tmp_path, f"start = 2026-03-01\ndays = 3\nwarm_up_days = 2\n{WRITER}")
    midnight = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp()) * 1000
    assert (plan.warm_up_start_ms, plan.start_ms, plan.end_ms) == (
        midnight - 2 * DAY_MS,
        midnight,
        midnight + 3 * DAY_MS,
    )
    assert plan.rules_date(midnight + DAY_MS - 1) == date(2026, 3, 1)
    fixed = plan.model_copy(update={"rules_as_of": date(2025, 9, 9)})
    assert fixed.rules_date(midnight) == date(2025, 9, 9)


def test_paths_are_read_from_the_scenario_s_folder(tmp_path: Path) -> None:
    text = f'[posts]\nfeed = "posts.jsonl"\n{WRITER}[[writers]]\nname = "b"\nplugin = "mine.py:Mine"\n'
    plan = scenario(tmp_path, text)
    assert plan.posts.feed == tmp_path / "posts.jsonl"
    assert [writer.plugin for writer in plan.writers] == ["baseline", f"{tmp_path / 'mine.py'}:Mine"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (f"dayz = 3\n{WRITER}", r"season\.toml, field 'dayz': there is no such key; did you mean 'days'\?"),
        (f"[posts]\nper_dya = 3\n{WRITER}", r"field 'posts\.per_dya': .* did you mean 'per_day'\?"),
        (f"{WRITER}chekcs = true", r"field 'writers\.0\.chekcs': .* did you mean 'checks'\?"),
        (f"{WRITER}colour = true", r"known here are checks, concurrency, feed, language, minute, name"),
        (f"days = 0\n{WRITER}", r"field 'days': input should be greater than or equal to 1, not 0"),
        (f'seed = "x"\n{WRITER}', r"field 'seed': .*not 'x'"),
        ("days = 3", r"field 'writers': it is missing; add it"),
        ("days = ", r"season\.toml: it is not valid TOML"),
        (f'{WRITER}feed = "huge"', r"field 'writers\.0\.feed': there is no feed 'huge'; say largest, small"),
        (f"[people]\ncareful = 0.9\nopinionated = 0.2\n{WRITER}", r"field 'people': .* exceed 1"),
        (f'[posts]\nlink_table = "x"\n{WRITER}', r"field 'posts': link_table belongs to a recorded feed"),
        (f'[posts]\nfeed = "x"\nper_day = 3\n{WRITER}', r"field 'posts': per_day belongs to the sample"),
        (WRITER.replace('"a"', '"people"'), r"'people' means human contributors"),
        (WRITER + WRITER, r"two writers are called 'a'"),
    ],
)
def test_a_mistake_is_one_sentence_with_its_place(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(BadInputError, match=complaint) as caught:
        scenario(tmp_path, text)
    assert "\n" not in str(caught.value)


def test_files_that_are_missing_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="there is no such file"):
        load_scenario(tmp_path / "absent.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(BadInputError, match="UTF-8"):
        load_scenario(tmp_path / "bytes.toml")


def test_a_writer_s_settings_have_defaults() -> None:
    writer = WriterSettings(name="x", plugin="y")
    assert (writer.feed, writer.language, writer.checks) == ("largest", "all", True)
