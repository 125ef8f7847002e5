"""Writers that would take the checking process with them: each is checked in a process of its own."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from writers.contract import Bounds, Finding, check_plugin
from writers.errors import PluginError

WRITERS = """
import asyncio, os, sys, threading, time
from pathlib import Path
from writers.plugin import Abstain


class Calm:
    name = "calm"

    async def draft(self, post, desk):
        print("words on standard output")
        return Abstain("calm")


class Greedy(Calm):
    async def draft(self, post, desk):
        self.kept = [bytes(1 << 20) * 16 for _ in range(1000)]
        return Abstain("never comes")


class Leaving(Calm):
    async def draft(self, post, desk):
        if not post.text:
            os._exit(7)
        return Abstain("fine")


class Unsorted(Calm):
    async def draft(self, post, desk):
        return Abstain(" ".join({"ferry", "lighthouse", "harbour", "town", "quay", "boat"}))


class LeavesSomethingRunning(Calm):
    def __init__(self, mark: Path):
        self.mark = mark

    async def draft(self, post, desk):
        if not self.mark.exists():
            self.mark.write_text(str(os.getpid()))
            threading.Thread(target=time.sleep, args=(600,)).start()
        return Abstain("calm")
"""
QUICK = Bounds(seconds_per_post=2, seconds=60, mebibytes=600)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "hostile.py"
    path.write_text(WRITERS)
    return path


def broken(findings: list[Finding]) -> dict[str, str]:
    return {finding.promise: finding.detail for finding in findings if not finding.passed}


def test_a_calm_writer_passes_and_its_prints_stay_out_of_the_answer(
    file: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    findings = check_plugin(f"{file}:Calm", bounds=QUICK)
    assert broken(findings) == {}
    assert {"stays within its bounds of time and memory", "gives the same answer in another process"} <= {
        finding.promise for finding in findings
    }
    told = capfd.readouterr()
    assert told.out == ""
    assert "words on standard output" in told.err


def test_memory_without_end_is_ended(file: Path) -> None:
    bounds = Bounds(seconds_per_post=60, seconds=120, mebibytes=600)
    found = broken(check_plugin(f"{file}:Greedy", bounds=bounds))
    detail = found["stays within its bounds of time and memory"]
    assert detail == "took more than 600 MiB of memory, at work on: a wrong figure"


def test_a_writer_that_ends_the_process_is_told_where(file: Path) -> None:
    found = broken(check_plugin(f"{file}:Leaving", bounds=QUICK))
    assert found == {
        "stays within its bounds of time and memory": "ended its process with status 7, at work on: no text"
    }


def test_answers_that_depend_on_the_order_of_a_set_are_found(file: Path) -> None:
    findings = check_plugin(f"{file}:Unsorted", bounds=QUICK)
    assert list(broken(findings)) == ["gives the same answer in another process"]


def test_an_import_that_hangs_is_ended(tmp_path: Path) -> None:
    (tmp_path / "hanging.py").write_text("import time\ntime.sleep(600)\n")
    found = broken(check_plugin(f"{tmp_path / 'hanging.py'}:Writer", bounds=Bounds(seconds=3)))
    assert found == {
        "stays within its bounds of time and memory": (
            "took more than 3 seconds, at work on: the import of its module"
        )
    }


def test_nothing_it_began_goes_on(file: Path, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    began = time.monotonic()
    assert broken(check_plugin(f"{file}:LeavesSomethingRunning", {"mark": str(mark)}, bounds=QUICK)) == {}
    assert time.monotonic() - began < QUICK.seconds, "it was waited for"
    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text()), 0)


def test_a_users_mistake_is_one_sentence(file: Path, tmp_path: Path) -> None:
    with pytest.raises(PluginError, match="has no 'Absent'"):
        check_plugin(f"{file}:Absent")
    (tmp_path / "posts.jsonl").write_text('{"id": "x"}\n')
    with pytest.raises(PluginError, match=r"posts.jsonl, line 1, field 'id'"):
        check_plugin(f"{file}:Calm", posts=tmp_path / "posts.jsonl")
