"""A writer and a server as two processes over a real socket, killed in the middle and run again."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from writers.auth import OAuth1Credentials
from writers.client import NotesClient
from writers.clock import SystemClock
from writers.journal import Journal, Outcome
from writers.protocol.notes import WrittenNote

NOTEWRIGHT = str(Path(sys.executable).with_name("notewright"))
PATIENCE_S = 60


@dataclass
class Local:
    """A data folder, and the server on it while one runs."""

    folder: Path
    url: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[str] | None = None

    def start(self, *, port: int = 0) -> dict[str, Any]:
        command = [
            NOTEWRIGHT,
            "serve",
            "--data",
            str(self.folder),
            "--posts",
            "handwritten",
            "--port",
            str(port),
            "--json",
        ]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if line.rstrip() == "}":
                break
        told: dict[str, Any] = json.loads("".join(lines))
        self.url = told["url"]
        if told["first_writer"]:
            names = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
            self.environment = {f"NOTEWRIGHT_{name.upper()}": told["first_writer"][name] for name in names}
        return told

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def write(self, *arguments: str) -> subprocess.Popen[str]:
        documents = str(self.folder / "documents.jsonl")
        command = [
            NOTEWRIGHT,
            "write",
            "baseline",
            "--target",
            self.url,
            "--data",
            str(self.folder),
            "--json",
        ]
        command += ["--documents", documents, "--feed", "feed_lang:all", *arguments]
        return subprocess.Popen(
            command,
            env=os.environ | self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def notes(self) -> list[WrittenNote]:
        """Test notes as the API lists them."""
        auth = OAuth1Credentials(
            **{name.removeprefix("NOTEWRIGHT_").lower(): v for name, v in self.environment.items()}
        )

        async def ask() -> list[WrittenNote]:
            async with NotesClient(self.url, auth, clock=SystemClock()) as client:
                return [note async for note in client.written(test_mode=True)]

        return asyncio.run(ask())

    def wait_for_notes(self, number: int) -> list[WrittenNote]:
        deadline = time.monotonic() + PATIENCE_S
        while len(notes := self.notes()) < number:
            assert time.monotonic() < deadline, f"only {len(notes)} notes"
            time.sleep(0.02)
        return notes

    def journalled(self) -> dict[int, int]:
        """Post id → note id of what the journal calls submitted."""
        file = self.folder / "journals" / f"127.0.0.1-{self.port}.sqlite3"
        with Journal.open(file) as journal:
            attempts = list(journal.attempts("baseline", outcome=Outcome.SUBMITTED))
        return {attempt.post_id: attempt.note_id or 0 for attempt in attempts}


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Local]:
    server = Local(tmp_path / "data")
    server.start()
    yield server
    if server.process is not None and server.process.poll() is None:
        server.process.terminate()
        server.process.wait(PATIENCE_S)


def finished(process: subprocess.Popen[str]) -> dict[str, Any]:
    out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, err
    summary: dict[str, Any] = json.loads(out)
    return summary


def once_each(notes: list[WrittenNote]) -> dict[int, int]:
    counts = Counter(note.info.post_id for note in notes)
    assert max(counts.values()) == 1, "a post was noted twice"
    return {int(note.info.post_id): int(note.id) for note in notes}


def test_a_killed_writer_takes_up_where_it_was(local: Local) -> None:
    # One draft at a time, so that the kill falls between notes of one pass.
    writer = local.write("--concurrency", "1")
    seen = local.wait_for_notes(3)
    writer.send_signal(signal.SIGKILL)
    writer.wait()

    summary = finished(local.write())
    notes = once_each(local.notes())
    assert {int(note.id) for note in seen} <= set(notes.values()), "an accepted note is lost"
    assert local.journalled() == notes
    assert summary["skipped"] > 0

    again = finished(local.write())
    assert (again["submitted"], again["abstained"], again["skipped"]) == (0, 0, 60)


def test_a_killed_server_keeps_what_it_acknowledged(local: Local) -> None:
    writer = local.write("--concurrency", "1")
    seen = local.wait_for_notes(3)
    local.kill()
    # The writer meets a server that is gone; it ends by itself, or is ended here.
    try:
        writer.communicate(timeout=1)
    except subprocess.TimeoutExpired:
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
    assert local.start(port=local.port)["first_writer"] is None, "credentials are told once"

    finished(local.write())
    notes = once_each(local.notes())
    assert {int(note.id) for note in seen} <= set(notes.values())
    assert local.journalled() == notes


def test_a_port_in_use_is_said_in_a_sentence(local: Local, tmp_path: Path) -> None:
    command = [NOTEWRIGHT, "serve", "--data", str(tmp_path / "other"), "--port", str(local.port)]
    refused = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert refused.returncode == 2
    assert f"Port {local.port}" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_secrets_are_in_no_file_of_the_folder_and_no_log(local: Local) -> None:
    finished(local.write("--max-posts", "5"))
    assert local.process is not None
    local.process.terminate()
    _, err = local.process.communicate(timeout=PATIENCE_S)
    secrets = [v.encode() for name, v in local.environment.items() if name.endswith("SECRET")]
    assert len(secrets) == 2
    for file in local.folder.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert not any(secret in content for secret in secrets), file
    assert not any(secret.decode() in err for secret in secrets)
