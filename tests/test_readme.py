"""What the README shows works as shown: its files are cut out of it, installed, checked and run."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
README = (PROJECT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(?:python|toml)\n# (?P<name>[\w.-]+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
FILES = {match["name"]: match["text"] for match in BLOCK.finditer(README)}


def notewright(*arguments: str, folder: Path, path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("notewright"), *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(path), "COLUMNS": "120"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="module")
def own_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of a plugin author, apart from this project, with the README's files in it."""
    folder = tmp_path_factory.mktemp("weather-writer")
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def installed(own_project: Path) -> Path:
    """Where the plugin is installed: a folder of its own, so that this environment stays as it was."""
    place = own_project / "installed"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(place), "."]
    subprocess.run(command, cwd=own_project, check=True, timeout=300)
    return place


def test_the_files_are_there() -> None:
    assert set(FILES) == {"weather_writer.py", "pyproject.toml", "my-season.toml"}


def test_an_installed_plugin_is_listed_and_keeps_the_contract(own_project: Path, installed: Path) -> None:
    listed = notewright("writers", "--json", folder=own_project, path=installed)
    assert listed.returncode == 0, listed.stderr
    assert "weather" in {plugin["name"] for plugin in json.loads(listed.stdout)}

    checked = notewright("check", "weather", folder=own_project, path=installed)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_it_plays_a_season(own_project: Path, installed: Path) -> None:
    run = notewright(
        "simulate", "my-season.toml", "--days", "2", "--json", folder=own_project, path=installed
    )
    assert run.returncode == 0, run.stderr
    season = json.loads(run.stdout)
    assert [writer["name"] for writer in season["writers"]] == ["weather", "baseline"]
    assert all(sum(writer["attempts"].values()) for writer in season["writers"])
    assert (own_project / "season-report.html").is_file()


def test_every_command_of_the_readme_exists() -> None:
    commands = set(re.findall(r"^\| `notewright (\w+)", README, re.MULTILINE))
    told = subprocess.run(
        [Path(sys.executable).with_name("notewright"), "--help"], capture_output=True, text=True, check=True
    ).stdout
    assert len(commands) >= 10
    assert all(re.search(rf"^\W*{command}\b", told, re.MULTILINE) for command in commands), told
