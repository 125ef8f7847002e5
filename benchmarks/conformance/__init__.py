"""Whether the server keeps what its OpenAPI document promises: many thousand requests made by Schemathesis.

Every check that Schemathesis knows is on: no 5xx; status, content type, headers and body as documented; bad
data refused, good data taken; methods that are not there refused with `Allow`; no way in without credentials.
What a schema cannot say is told to it by `hooks`: which posts exist and have no note yet, which page tokens
are good, and that a request is in one dialect.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from benchmarks.conformance import hooks
from harness.admission.evaluator import LocalEvaluator
from harness.admission.links import RecordedLinks
from harness.api import ServerSettings, create_app
from harness.api.app import OPENAPI_PATH
from harness.api.server import running
from harness.store import Store
from harness.world import build_world
from writers.clock import DAY_MS, SystemClock
from writers.protocol.dialects import DIALECTS, FEED_PATH, NOTES_PATH, WRITTEN_PATH

FULL: Final = 2_000
"""Examples an operation in each phase that makes them up: more than 20,000 requests in all."""
FEED_DAYS: Final = 3
"""How long posts stay in the feed."""
NO_LIMIT: Final = 10**9

_PATHS: Final = {FEED_PATH, WRITTEN_PATH, NOTES_PATH, *(d.evaluate_path for d in DIALECTS.values())}


@dataclass(frozen=True)
class Report:
    """What a run came to."""

    passed: bool
    text: str
    """What Schemathesis says."""
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    """Requests that reached the server, by operation and status."""

    @property
    def requests(self) -> int:
        return self.answers.total()


class Counting:
    """An application whose answers are counted."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.answers: Counter[tuple[str, int]] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.answers[f"{scope['method']} {_operation(scope['path'])}", message["status"]] += 1
            await send(message)

        await self._app(scope, receive, counted)


def _operation(path: str) -> str:
    if path in _PATHS:
        return path
    return f"{NOTES_PATH}/{{id}}" if path.startswith(f"{NOTES_PATH}/") else "elsewhere"


def conformance(folder: Path, *, examples: int, phases: Sequence[str], seed: int = 1) -> Report:
    """Serve a new database in `folder` and let Schemathesis at it, signed in as an admitted writer.

    Args:
        folder: Where files may be made.
        examples: For each operation in a phase.
        phases: Of Schemathesis: `coverage`, `fuzzing`, `stateful`.
        seed: The same requests again for the same seed, but for what hangs on the clock.
    """
    clock = SystemClock()
    now_ms = clock.now_ms()
    # Notes are written on posts that left the feed: Schemathesis cannot have picked them up from an answer.
    days = 3 * FEED_DAYS
    world = build_world(seed, start_ms=now_ms - days * DAY_MS, days=days, posts_per_day=100 + examples)
    old = [post for post in world.posts if post.arrived_at_ms < now_ms - FEED_DAYS * DAY_MS]
    with Store.open(folder / "x.db") as store:
        store.add_posts(world.posts)
        writer = store.add_writer("conformance", now_ms)
        store.admit(writer.writer_id, now_ms)
        settings = ServerSettings(feed_rate_limit=NO_LIMIT, rate_limit=NO_LIMIT)
        evaluator = LocalEvaluator(RecordedLinks({}, source="no links"))
        app = Counting(create_app(store, clock=clock, evaluator=evaluator, settings=settings))
        posts = folder / "posts.txt"
        posts.write_text("\n".join(post.wire.id for post in old if not post.wire.matched_media_notes))
        with running(app) as url:
            command = [
                *(sys.executable, "-m", "schemathesis.cli", "run", url + OPENAPI_PATH),
                *("--header", f"Authorization: Bearer {writer.user_token}"),
                *("--phases", ",".join(phases), "--checks", "all", "--continue-on-failure"),
                *("--max-examples", str(examples), "--seed", str(seed), "--workers", "1"),
                *("--suppress-health-check", "all", "--warnings", "off", "--no-color", "--no-shrink"),
                *("--generation-database", "none"),
            ]
            environment = {
                **os.environ,
                "PYTHONPATH": str(Path(__file__).resolve().parent.parent.parent),
                "SCHEMATHESIS_HOOKS": hooks.__name__,
                hooks.POSTS_VARIABLE: str(posts),
            }
            done = subprocess.run(
                command,
                cwd=folder,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
    return Report(done.returncode == 0, done.stdout + done.stderr, app.answers)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        report = conformance(Path(folder), examples=FULL, phases=("coverage", "fuzzing", "stateful"))
    table = Table("operation", "status", "requests")
    for (operation, status), count in sorted(report.answers.items()):
        table.add_row(operation, str(status), f"{count:,}")
    table.add_section()
    table.add_row("all", "", f"{report.requests:,}")
    console = Console()
    console.print(report.text, markup=False, highlight=False)
    console.print(table)
    if not report.passed:
        sys.exit(1)
