"""The kit in a process of its own: what a writer does there, it cannot do here.

A plugin may block, take memory without end, or end its process, while it is imported or while it drafts. So
it is never loaded in the process that judges it. A second process with another order of its sets tells
whether answers depend on that order, as those of `for word in {…}` do.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from writers.contract.findings import Finding, judged
from writers.contract.kit import SECONDS_PER_POST
from writers.contract.memory import resident_bytes
from writers.errors import PluginError

HASH_SEEDS: Final = ("1", "2")
"""PYTHONHASHSEED of the process that tries everything, and of the one that only answers."""
_SECONDS_BETWEEN_LOOKS: Final = 0.02
_MIB: Final = 1 << 20
_STDERR: Final = 2


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a writer may take while it is checked."""

    seconds_per_post: float = SECONDS_PER_POST
    seconds: float = 300.0
    """For everything."""
    mebibytes: int = 2048
    """Resident memory of the process, Python and libraries included."""


class Request(BaseModel):
    """What a process is told on its standard input."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    writer: str
    options: dict[str, str]
    posts: Path | None
    pages: Path | None
    seconds_per_post: float
    answers_only: bool


@dataclass(slots=True)
class _Report:
    """What a process wrote down before it ended or was ended."""

    findings: list[Finding] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    at_work_on: str = "the import of its module"
    done: bool = False
    broke: str = ""
    """Why it was ended, or how it ended itself."""
    peak_mebibytes: int = 0
    seconds: float = 0.0


def check_plugin(
    spec: str,
    options: Mapping[str, str] | None = None,
    *,
    posts: Path | None = None,
    pages: Path | None = None,
    bounds: Bounds | None = None,
) -> list[Finding]:
    """Try the writer that `spec` names on the contract, within bounds of time and memory.

    `posts` is a recorded feed and `pages` a file or folder of documents, tried besides the kit's own. The
    plugin's prints go to stderr. Raises PluginError where there is no such writer, or a file cannot be read.
    """
    bounds = bounds or Bounds()
    request = Request(
        writer=spec,
        options=dict(options or {}),
        posts=posts,
        pages=pages,
        seconds_per_post=bounds.seconds_per_post,
        answers_only=False,
    )
    first = _run(request, HASH_SEEDS[0], bounds)
    found = [*first.findings, _bounded(first)]
    if first.done:
        second = _run(request.model_copy(update={"answers_only": True}), HASH_SEEDS[1], bounds)
        found.append(_reproducible(first, second))
    return found


def _bounded(report: _Report) -> Finding:
    complaints = [] if report.done else [f"{report.broke}, at work on: {report.at_work_on}"]
    memory = f", {report.peak_mebibytes} MiB at most" if report.peak_mebibytes else ""
    return judged(
        "stays within its bounds of time and memory", complaints, f"{report.seconds:.1f} seconds{memory}"
    )


def _reproducible(first: _Report, second: _Report) -> Finding:
    complaints = [] if second.done else [f"{second.broke}, at work on: {second.at_work_on}"]
    complaints += [
        f"{label}: another answer; sort what comes out of a set"
        for label in first.answers | second.answers
        if first.answers.get(label) != second.answers.get(label)
    ]
    return judged("gives the same answer in another process", complaints, f"{len(second.answers)} posts")


def _run(request: Request, hash_seed: str, bounds: Bounds) -> _Report:
    with tempfile.TemporaryDirectory(prefix="notewright-check-") as folder:
        file = Path(folder) / "report.jsonl"
        file.touch()
        # -P: no module of the folder that the command is run in takes the place of an installed one.
        process = subprocess.Popen(  # noqa: S603 - this very Python
            [sys.executable, "-P", "-m", "writers.contract.child", str(file)],
            stdin=subprocess.PIPE,
            stdout=_STDERR,
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
            start_new_session=True,
        )
        try:
            broke, peak, seconds = _watch(process, request, bounds)
        finally:
            _end(process)
        report = _read(file)
    report.broke, report.peak_mebibytes, report.seconds = broke, peak // _MIB, seconds
    return report


def _watch(process: subprocess.Popen[bytes], request: Request, bounds: Bounds) -> tuple[str, int, float]:
    """Wait for the process's end or for a bound it breaks: how that went, its peak in bytes, its seconds."""
    assert process.stdin is not None
    began = time.monotonic()
    with suppress(BrokenPipeError):  # It ended at once; how is told below.
        process.stdin.write(request.model_dump_json().encode())
        process.stdin.close()
    peak = 0
    while process.poll() is None:
        peak = max(peak, resident_bytes(process.pid) or 0)
        seconds = time.monotonic() - began
        if peak > bounds.mebibytes * _MIB:
            return f"took more than {bounds.mebibytes} MiB of memory", peak, seconds
        if seconds > bounds.seconds:
            return f"took more than {bounds.seconds:g} seconds", peak, seconds
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    return f"ended its process with status {process.returncode}", peak, time.monotonic() - began


def _end(process: subprocess.Popen[bytes]) -> None:
    """Nothing of it stays, processes that it began included."""
    if sys.platform == "win32":
        process.kill()
    else:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _read(file: Path) -> _Report:
    report = _Report()
    for line in file.read_text(encoding="utf-8").split("\n")[:-1]:
        event: dict[str, Any] = json.loads(line)
        if "mistake" in event:
            raise PluginError(event["mistake"])
        if "finding" in event:
            report.findings.append(Finding(**event["finding"]))
        report.at_work_on = event.get("trying", report.at_work_on)
        report.answers |= event.get("answers", {})
        report.done = report.done or "done" in event
    return report
