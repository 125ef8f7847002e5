"""`notewright new` and `notewright check` as a person meets them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness.cli.scoring_runs import CommandLine

NOTEWRIGHT = Path(sys.executable).with_name("notewright")
BREAKING = """
from writers.plugin import Draft

class Breaking:
    name = "breaking"

    async def draft(self, post, desk):
        return Draft(text="[bold]Trust me[/bold]", sources=())
"""


def in_a_process(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [NOTEWRIGHT, *arguments],
        cwd=folder,
        env=os.environ | {"COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_new_writer_keeps_the_contract_as_it_is(tmp_path: Path) -> None:
    made = in_a_process("new", "tram-watch", "--kind", "specialist", "--json", folder=tmp_path)
    assert made.returncode == 0, made.stderr
    told = json.loads(made.stdout)
    assert (told["name"], told["folder"], told["replaced"]) == ("tram-watch", "tram-watch", [])
    assert all((tmp_path / file).is_file() for file in told["files"])
    assert len(told["files"]) == sum(path.is_file() for path in (tmp_path / "tram-watch").rglob("*"))

    own = [
        f"--{what}=tram-watch/tests/{file}.jsonl"
        for what, file in (("posts", "posts"), ("documents", "pages"))
    ]
    checked = in_a_process("check", told["writer"], *own, "--json", folder=tmp_path)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    findings = json.loads(checked.stdout)["findings"]
    assert all(finding["passed"] for finding in findings)
    assert "0 notes" not in findings[0]["detail"]


def test_what_is_in_the_way_is_told(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "README.md").write_text("mine\n")
    refused = in_a_process("new", "trams", "--directory", "here", folder=tmp_path)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("notewright: here is there already; ")
    assert refused.stderr.count("\n") == 1

    forced = in_a_process("new", "trams", "--directory", "here", "--force", folder=tmp_path)
    assert forced.returncode == 0, forced.stderr
    assert (
        "here/README.md was there with another text, which is now in here/README.md.before." in forced.stderr
    )
    assert (tmp_path / "here" / "README.md.before").read_text() == "mine\n"


@pytest.mark.parametrize("name", ["Trams", "json", "writers", "baseline"])
def test_a_name_that_will_not_do_is_one_sentence(
    notewright: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    refused = notewright("new", name)
    assert (refused.status, refused.stdout) == (2, "")
    assert name in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_broken_promise_is_exit_status_1_and_shown_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "breaking.py").write_text(BREAKING)
    checked = in_a_process("check", "./breaking.py:Breaking", folder=tmp_path)
    assert checked.returncode == 1, checked.stderr
    (line,) = [line for line in checked.stdout.splitlines() if "every note has a URL" in line]
    assert line.split()[0] == "FAILS"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("check", "no-such-writer"), "no-such-writer"),
        (("check", "baseline", "--option", "colour=red"), "no option 'colour'"),
    ],
)
def test_a_mistake_is_one_sentence(notewright: CommandLine, arguments: tuple[str, ...], told: str) -> None:
    refused = notewright(*arguments)
    assert (refused.status, refused.stdout) == (2, "")
    assert told in refused.stderr
    assert refused.stderr.count("\n") == 1
