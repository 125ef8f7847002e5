"""The files of a new project, for every kind and the longest name."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path, PurePosixPath

import pytest

from writers.builtin import checks
from writers.contract import ask_writer, read_pages, read_posts
from writers.discovery import load_check, load_writer
from writers.plugin import Draft
from writers.scaffold import Kind, place, project_name, render, writer_file
from writers.scaffold.names import MAX_LENGTH

NAMES = [project_name("co2"), project_name("m" * MAX_LENGTH)]
RUFF = Path(sys.executable).with_name("ruff")


@pytest.fixture(params=[(name, kind) for name in NAMES for kind in Kind], ids=str)
def files(request: pytest.FixtureRequest) -> dict[PurePosixPath, str]:
    name, kind = request.param
    return render(name, kind, notewright_version="1.2.3")


def test_every_file_is_what_its_name_says(files: dict[PurePosixPath, str]) -> None:
    for path, text in files.items():
        assert not re.search("[«»]", text), f"{path}: a placeholder is left"
        match path.suffix:
            case ".py":
                ast.parse(text)
            case ".toml":
                tomllib.loads(text)
            case ".jsonl":
                assert [json.loads(line) for line in text.splitlines()]
            case ".yml":
                assert "\t" not in text
        assert text == "" or (text.endswith("\n") and not text.endswith("\n\n"))


def test_the_entry_point_names_the_writer(files: dict[PurePosixPath, str]) -> None:
    project = tomllib.loads(files[PurePosixPath("pyproject.toml")])["project"]
    assert project["dependencies"] == ["notewright>=1.2.3"]
    ((name, target),) = project["entry-points"]["notewright.writers"].items()
    module, class_name = target.split(":")
    source = files[PurePosixPath("src") / f"{module.replace('.', '/')}.py"]
    assert f"class {class_name}:" in source
    assert f'name = "{name}"' in source
    assert name == project["name"]


def test_ruff_finds_nothing(files: dict[PurePosixPath, str], tmp_path: Path) -> None:
    place(files, tmp_path / "project", force=False)
    for command in (["check"], ["format", "--check"]):
        ran = subprocess.run(
            [RUFF, *command, "--no-cache", "."],
            cwd=tmp_path / "project",
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize("kind", list(Kind))
async def test_its_notes_pass_every_check_there_is(kind: Kind, tmp_path: Path) -> None:
    """Also those that are not installed as plugins."""
    name = NAMES[0]
    place(render(name, kind, notewright_version="1.2.3"), tmp_path, force=False)
    writer = load_writer(f"{tmp_path.joinpath(*writer_file(name).parts)}:{name.class_name}")
    every_check = [load_check(f"{Path(checks.__file__)}:{check}") for check in checks.__all__]
    pages = read_pages(tmp_path / "tests" / "pages.jsonl")
    answers = [
        await ask_writer(writer, post, pages=pages, checks=every_check)
        for post in read_posts(tmp_path / "tests" / "posts.jsonl")
    ]
    assert sum(isinstance(answer, Draft) for answer in answers) >= 2


def test_mypy_finds_nothing(tmp_path: Path) -> None:
    """Both kinds of writer, and the tests, in one run: most of it is reading what they import."""
    first, second = project_name("trams"), project_name("tides")
    place(render(first, Kind.RETRIEVAL, notewright_version="1.2.3"), tmp_path / "project", force=False)
    place(render(second, Kind.SPECIALIST, notewright_version="1.2.3"), tmp_path / "other", force=False)
    shutil.move(tmp_path / "other" / "src" / "tides", tmp_path / "project" / "src" / "tides")
    ran = subprocess.run(
        [sys.executable, "-m", "mypy", "--cache-dir", str(Path(__file__).parents[3] / ".mypy_cache" / "new")],
        cwd=tmp_path / "project",
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout
    assert "in 5 source files" in ran.stdout
