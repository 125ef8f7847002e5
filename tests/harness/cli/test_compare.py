"""`notewright compare` as a person and as a program meet it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness.cli.scoring_runs import CommandLine
from tests.harness.comparison import plugins
from tests.harness.comparison.conftest import world

NOTEWRIGHT = str(Path(sys.executable).with_name("notewright"))
QUOTING = f"{plugins.FILE}:Quoting"
RAISES = f"{plugins.FILE}:Raises"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder the command is typed in, with a scenario of a short season."""
    plan = world()
    (tmp_path / "small.toml").write_text(
        f"seed = {plan.seed}\ndays = 9\nwarm_up_days = 0\n"
        f"[posts]\nper_day = {plan.posts.per_day}\n"
        f"[raters]\nsize = {plan.raters.size}\n"
        f"[scoring]\nevery_hours = {plan.scoring.every_hours}\n"
        '[[writers]]\nname = "lone"\nplugin = "baseline"\n',
        encoding="utf-8",
    )
    for variable in ("NOTEWRIGHT_MODEL", "OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_one_document_and_one_page_the_same_in_every_process(folder: Path, notewright: CommandLine) -> None:
    arguments = (f"one={QUOTING}", RAISES, "--scenario", "small.toml", "--days", "1", "--seed", "7", "--json")
    elsewhere = subprocess.run(
        [NOTEWRIGHT, "compare", *arguments, "--output", "elsewhere.html"],
        cwd=folder,
        env=os.environ | {"PYTHONHASHSEED": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert elsewhere.returncode == 0, elsewhere.stderr
    here = notewright("compare", *arguments)
    assert here.stdout == elsewhere.stdout
    pages = [(folder / name).read_bytes() for name in ("comparison-report.html", "elsewhere.html")]
    assert pages[0] == pages[1]
    document = json.loads(here.stdout)
    assert (document["days"], document["seed"]) == (1, 7)
    assert [writer["season"]["name"] for writer in document["writers"]] == ["one", "raises"]
    assert document["writers"][0]["time"] is None


def test_the_tables_tell_the_time_and_the_files_on_demand(folder: Path, notewright: CommandLine) -> None:
    arguments = ("compare", QUOTING, "baseline", "--scenario", "small.toml", "--days", "1")
    page = folder / "reports" / "page.html"
    done = notewright(*arguments, "--output", page)
    assert done.status == 0, done.stderr
    assert "Time" in done.stdout
    assert "2 writers were compared over" in done.stdout
    assert str(page) in done.stderr
    assert "Time a post" not in page.read_text("utf-8")
    done = notewright(*arguments, "--output", page, "--time", "--json")
    assert json.loads(done.stdout)["writers"][0]["time"]["mean_ms"] > 0
    assert "Time a post" in page.read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("baseline",), "'baseline' alone is no comparison"),
        (("baseline", "nobody"), "nobody"),
        (("baseline", "baseline"), "Two writers are called 'baseline'"),
        (("--scenario", "small.toml"), "'lone' alone is no comparison"),
        (("--scenario", "missing.toml"), "missing.toml"),
        (("baseline", "careless", "--output", "."), "--output . is a folder"),
        (("baseline", "careless", "--output", "small.toml/page.html"), "--output small.toml/page.html"),
        (("baseline", "careless", "--models", "small.toml"), "small.toml, field 'seed'"),
        (("baseline", "careless", "--days", "0"), "--days"),
    ],
)
def test_a_mistake_is_one_sentence(
    arguments: tuple[str, ...], told: str, folder: Path, notewright: CommandLine
) -> None:
    done = notewright("compare", *arguments)
    assert done.status == 2, done.stdout + done.stderr
    assert told in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_models_named_by_the_environment_need_their_key(
    folder: Path, notewright: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTEWRIGHT_MODEL", "some-model")
    done = notewright("compare", "baseline", "careless", "--scenario", "small.toml")
    assert done.status == 2
    assert "OPENAI_API_KEY" in done.stderr
