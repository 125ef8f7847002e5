"""`notewright write` against a server that fails on demand: replays, schedules, signals, consent."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import model_server
from tests.harness.cli.scoring_runs import CommandLine
from tests.writers import fault_server
from tests.writers.fault_server import Fault, FaultServer
from writers.clock import DAY_MS, HOUR_MS, SystemClock
from writers.journal import Journal, Outcome
from writers.protocol.dialects import FEED_PATH, NOTES_PATH, WRITTEN_PATH
from writers.protocol.snowflakes import snowflake

NOTEWRIGHT = str(Path(sys.executable).with_name("notewright"))
PATIENCE_S = 60
PLUGIN = '''
import asyncio, hashlib
from writers.plugin import Draft

class Writer:
    """Notes whatever has a source; hangs on posts that say so."""
    name = "tried"
    async def draft(self, post, desk):
        if "hang" in post.text:
            await asyncio.Event().wait()
        words = hashlib.sha256(str(post.id).encode()).hexdigest()
        url = post.suggested_sources[0].url
        text = " ".join(words[n:n + 5] for n in range(0, 40, 5))
        await desk.evaluate(f"{text} {url}")
        return Draft(text=f"{text} {url}", sources=(url,))
'''

ASKING = """
from pydantic import BaseModel
from writers.llm import prompt
from writers.plugin import Abstain

class Verdict(BaseModel):
    misleading: bool

class Writer:
    name = "asking"
    async def draft(self, post, desk):
        asked = prompt("Judge.", "The post: {{post}}", post=post.text)
        verdict = await desk.model.ask(stage="claim", prompt=asked, answer=Verdict)
        return Abstain(f"misleading: {verdict.misleading}")
"""


class Writing:
    """Runs the command in a folder with a writer."""

    def __init__(
        self, folder: Path, server: FaultServer, command: CommandLine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.folder = folder
        self.server = server
        self.command = command
        for name in os.environ:
            if name.startswith(("NOTEWRIGHT_", "OPENAI_", "X_")):
                monkeypatch.delenv(name)
        monkeypatch.setenv("NOTEWRIGHT_USER_TOKEN", "very-secret-token")
        monkeypatch.chdir(folder)
        (folder / "tried.py").write_text(PLUGIN)

    def arguments(self, *more: str) -> list[str]:
        place = () if "--replay" in more else ("--target", self.server.address, "--data", "data")
        return ["write", "tried.py:Writer", *place, *more]

    def start(self, *more: str, stdin: Any = subprocess.DEVNULL) -> subprocess.Popen[str]:
        """In a process of its own, for signals."""
        return subprocess.Popen(
            [NOTEWRIGHT, *self.arguments(*more)],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *more: str) -> tuple[int, str, str]:
        done = self.command(*self.arguments(*more))
        return done.status, done.stdout, done.stderr

    def document(self, *more: str) -> dict[str, Any]:
        status, out, err = self.run(*more, "--json")
        assert status == 0, err
        told: dict[str, Any] = json.loads(out)
        return told

    def journal(self, *more: str, file: Path | None = None) -> str:
        done = self.command("journal", *more, "--journal", file or self.file)
        assert done.status == 0, done.stderr
        return done.stdout

    @property
    def file(self) -> Path:
        port = self.server.address.rpartition(":")[2]
        return self.folder / "data" / "journals" / f"127.0.0.1-{port}.sqlite3"

    def outcomes(self) -> Counter[Outcome]:
        with Journal.open(self.file) as journal:
            return Counter(attempt.outcome for attempt in journal.attempts())

    def wait_until(self, there: Callable[[], bool], process: subprocess.Popen[str]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not there():
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.01)


@pytest.fixture
def writing(tmp_path: Path, notewright: CommandLine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Writing]:
    with fault_server.running() as server:
        add_posts(server, 1, 30)
        yield Writing(tmp_path, server, notewright, monkeypatch)


def add_posts(server: FaultServer, first: int, number: int, text: str = "It has 12 arches.") -> None:
    server.posts += [
        {"id": str(n), "text": text, "suggested_source_links": [f"https://example.org/{n}"]}
        for n in range(first, first + number)
    ]


def once_each(server: FaultServer) -> set[str]:
    counts = Counter(note["info"]["post_id"] for note in server.notes)
    assert set(counts.values()) <= {1}, "a post was noted twice"
    return set(counts)


def test_a_recorded_pass_is_replayed_without_a_server(
    writing: Writing, monkeypatch: pytest.MonkeyPatch
) -> None:
    writing.server.faults.append(Fault(NOTES_PATH, 503, after=True))
    recorded = writing.document("--record", "pass.jsonl", "--max-notes", "5")
    assert recorded["submitted"] == 5
    exported = writing.journal("export", "tried")
    assert len(exported.splitlines()) == 5
    asked = len(writing.server.requests)

    monkeypatch.delenv("NOTEWRIGHT_USER_TOKEN")
    replayed = writing.document("--replay", "pass.jsonl", "--journal", "again.sqlite3")
    assert replayed == recorded
    assert writing.journal("export", "tried", file=writing.folder / "again.sqlite3") == exported
    assert len(writing.server.requests) == asked

    for arguments, told in (
        (("--replay", "pass.jsonl", "--journal", "again.sqlite3"), "again.sqlite3 exists"),
        (("--replay", "pass.jsonl", "--live"), "leave --live out"),
        (("--replay", "tried.py"), "no recording of a pass"),
    ):
        status, out, err = writing.run(*arguments)
        assert (status, out) == (2, "")
        assert told in err
    recording = writing.folder / "pass.jsonl"
    lines = [line for line in recording.read_text().splitlines() if '"what":"submission"' not in line]
    recording.write_text("\n".join(lines))
    status, _, err = writing.run("--replay", "pass.jsonl")
    assert status == 2
    assert "holds no submission for post 1" in err
    for file in writing.folder.rglob("*"):
        assert file.is_dir() or b"very-secret" not in file.read_bytes(), file


def test_passes_go_on_and_survive_being_killed(writing: Writing) -> None:
    process = writing.start("--every", "1s", "--max-notes", "4", "--concurrency", "1")
    writing.wait_until(lambda: len(writing.server.notes) >= 9, process)
    process.kill()
    process.communicate()
    stored = len(writing.server.notes)
    assert 9 <= stored < 30, "there were several passes, and not all"
    summary = writing.document()
    assert summary["submitted"] + stored == 30
    assert len(once_each(writing.server)) == 30
    assert writing.outcomes() == {Outcome.SUBMITTED: 30}


def test_a_second_copy_does_not_start_and_a_signal_ends_the_first_well(writing: Writing) -> None:
    process = writing.start("--every", "1h", "--json")
    writing.wait_until(lambda: len(writing.server.notes) == 30, process)
    status, out, err = writing.run()
    assert (status, out) == (1, "")
    assert "Another copy of 'tried' is at work" in err
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, err
    told = json.loads(out)
    assert (told["passes"], told["submitted"], told["stopped"]) == (1, 30, None)


def test_a_signal_lets_the_note_on_its_way_through(writing: Writing) -> None:
    writing.server.posts.clear()
    add_posts(writing.server, 1, 500)
    process = writing.start("--concurrency", "1", "--json")
    writing.wait_until(lambda: len(writing.server.notes) >= 3, process)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, err
    told = json.loads(out)
    assert told["stopped"] == "asked to"
    assert told["submitted"] == len(writing.server.notes) < 500
    assert writing.outcomes() == {Outcome.SUBMITTED: told["submitted"]}


def test_a_second_signal_ends_it_at_once_and_loses_nothing(writing: Writing) -> None:
    writing.server.hold_answers_to = NOTES_PATH
    process = writing.start("--concurrency", "1")
    writing.wait_until(lambda: len(writing.server.notes) == 1, process)
    process.send_signal(signal.SIGTERM)
    assert process.stderr is not None
    assert "once more stops at once" in process.stderr.readline()
    assert process.poll() is None, "a note is on its way"
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, "Traceback" in err) == (130, False)
    assert writing.outcomes() == {Outcome.SUBMITTING: 1}
    writing.server.hold_answers_to = None
    assert writing.document("--max-posts", "1")["recovered"] == 1
    assert len(once_each(writing.server)) == 2


def test_a_writer_that_hangs_is_not_waited_for(writing: Writing) -> None:
    writing.server.posts.clear()
    add_posts(writing.server, 1, 1, text="hang")
    process = writing.start("--json")
    writing.wait_until(lambda: bool(writing.server.asked(FEED_PATH)), process)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, json.loads(out)["stopped"]) == (0, "asked to")


def test_a_signal_is_heard_while_the_api_is_silent(writing: Writing) -> None:
    writing.server.hold_answers_to = WRITTEN_PATH
    process = writing.start("--live", "--yes", "--json")
    writing.wait_until(lambda: bool(writing.server.asked(WRITTEN_PATH)), process)
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, json.loads(out)["stopped"]) == (0, "asked to")


def test_models_are_asked_journalled_recorded_and_replayed(
    writing: Writing, monkeypatch: pytest.MonkeyPatch
) -> None:
    (writing.folder / "asking.py").write_text(ASKING)
    settings = writing.folder / "models.toml"
    with model_server.running() as models:
        models.on(reply=model_server.json_answer(misleading=True))
        settings.write_text(
            f'[models.default]\nmodel = "small"\nbase_url = "{models.base_url}"\nkey_variable = "TEST_KEY"\n'
            "price = { input = 1, output = 2 }\n"
        )
        monkeypatch.setenv("TEST_KEY", model_server.KEY)
        place = ("--target", writing.server.address, "--data", "data")
        asking = ("write", "asking.py:Writer", "--json")
        more = ("--max-posts", "3", "--record", "pass.jsonl")
        done = writing.command(*asking, *place, "--models", settings, *more)
        assert done.status == 0, done.stderr
        assert len(models.requests) == 3
    monkeypatch.delenv("TEST_KEY")
    again = writing.command(*asking, "--replay", "pass.jsonl", "--journal", "again")
    assert json.loads(again.stdout) == json.loads(done.stdout)
    exported = writing.journal("export", "asking")
    assert writing.journal("export", "asking", file=writing.folder / "again") == exported
    assert [len(json.loads(line)["exchanges"]) for line in exported.splitlines()] == [1, 1, 1]
    (row,) = json.loads(writing.journal("cost", "--by", "stage", "--json"))["by"]
    assert (row["stage"], row["exchanges"], row["unknown"]) == ("claim", 3, 0)
    assert float(row["usd"]) > 0
    for file in writing.folder.rglob("*"):
        assert file.is_dir() or model_server.KEY.encode() not in file.read_bytes(), file


def live_notes(server: FaultServer, number: int, status: str) -> None:
    """Live notes of 40 hours ago, of other posts."""
    now_ms = SystemClock().now_ms()
    server.notes += [
        {
            "id": str(snowflake(now_ms - 40 * HOUR_MS, n)),
            "info": {"post_id": str(10_000 + n), "text": "t"},
            "status": status,
            "test_mode": False,
        }
        for n in range(number)
    ]


def feeds_asked(server: FaultServer) -> set[str]:
    return {part for r in server.asked(FEED_PATH) for part in r.query.split("&") if "post_selection" in part}


def test_live_passes_keep_to_the_limit_and_the_feed_that_were_earned(writing: Writing) -> None:
    status, _, err = writing.run("--live")
    assert status == 2
    assert "need --yes where nobody can be asked" in err
    assert writing.server.requests == []

    # A newcomer: ten notes of no rating yet, so few a day, and the small feed.
    live_notes(writing.server, 10, "needs_more_ratings")
    told = writing.document("--live", "--yes")
    assert 1 <= told["submitted"] <= 10
    assert feeds_asked(writing.server) == {"post_selection=feed_size%3Asmall%2Cfeed_lang%3Aen"}
    again = writing.document("--live", "--yes")
    assert again["submitted"] == 0
    assert "writing limit" in again["stopped"]
    assert len(once_each(writing.server)) == 10 + told["submitted"]


def test_a_good_record_opens_a_larger_feed(writing: Writing) -> None:
    live_notes(writing.server, 120, "currently_rated_helpful")
    told = writing.document("--live", "--yes", "--max-notes", "2")
    assert told["submitted"] == 2
    (asked,) = feeds_asked(writing.server)
    assert "feed_size%3Asmall" not in asked
    writing.server.requests.clear()
    drafted = writing.document("--live", "--dry-run", "--feed", "feed_lang:ja", "--max-posts", "3")
    assert (drafted["drafted"], drafted["submitted"]) == (3, 0)
    assert feeds_asked(writing.server) == {"post_selection=feed_lang%3Aja"}


def test_live_notes_are_confirmed_once_at_a_terminal(writing: Writing) -> None:
    def typed(answer: str) -> tuple[int, str]:
        mine, theirs = pty.openpty()
        process = writing.start("--live", "--max-notes", "1", stdin=theirs)
        os.write(mine, answer.encode())
        _, err = process.communicate(timeout=PATIENCE_S)
        os.close(mine)
        os.close(theirs)
        return process.returncode, err

    status, err = typed("n\n")
    assert status == 1
    assert "will write live notes at" in err
    assert "Nothing was written" in err
    assert writing.server.requests == []
    status, err = typed("y\n")
    assert status == 0, err
    assert len(writing.server.notes) == 1
    status, err = typed("")
    assert status == 0
    assert "Go on?" not in err, "it is remembered"
    assert len(writing.server.notes) == 2


def test_an_api_that_is_out_of_order_or_asks_to_wait_is_asked_again(writing: Writing) -> None:
    reset = SystemClock().now_ms() // 1000 + 2 * DAY_MS
    writing.server.faults.append(Fault(FEED_PATH, 429, headers={"x-rate-limit-reset": str(reset)}))
    process = writing.start("--every", "1s", "--json")
    assert process.stderr is not None
    assert "This pass failed, the next one comes in its time: HTTP 429" in process.stderr.readline()
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=PATIENCE_S)
    told = json.loads(out)
    assert (process.returncode, told["passes"], told["failed_passes"]) == (0, 0, 1), err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--every", "soon"), "'soon' is no duration"),
        (("--every", "15m", "--record", "f"), "leave --every out"),
        (("--models", "missing.toml"), "missing.toml"),
        (("--record", "tried.py"), "tried.py exists"),
    ],
)
def test_mistakes_are_one_sentence(writing: Writing, arguments: tuple[str, ...], told: str) -> None:
    status, out, err = writing.run(*arguments)
    assert (status, out) == (2, "")
    assert told in err
    assert writing.server.notes == []


def test_the_journal_is_shown(writing: Writing) -> None:
    writing.server.posts[0]["text"] = "It has \x1b]0;owned\x07 12 \u202earches."
    writing.document("--max-posts", "2")
    writing.server.notes[0]["test_result"] = {
        "evaluation_outcome": [{"evaluator_type": "UrlValidity", "evaluator_score_bucket": "Low"}]
    }
    writing.document("--max-posts", "1")
    page = writing.journal("show", "tried", "--post", "1")
    for told in ("Post 1, test note: submitted", "claim_opinion_score 0.5", "UrlValidity Low", "arches"):
        assert told in page
    assert not {"\x1b", "\x07", "\u202e"} & set(page)
    (document,) = json.loads(writing.journal("show", "tried", "--post", "1", "--json"))
    assert document["statuses"][0]["verdicts"] == {"UrlValidity": "Low"}
    assert document["post"]["data"][0]["suggested_source_links"] == ["https://example.org/1"]
    writing.journal("export", "--output", "out.jsonl")
    lines = (writing.folder / "out.jsonl").read_text().splitlines()
    assert [json.loads(line)["post_id"] for line in lines] == ["1", "2", "3"]
    assert "No language model was asked" in writing.journal("cost")
    assert json.loads(writing.journal("cost", "--json"))["total"]["usd"] == "0"
