"""The server as clients meet it: uvicorn on a loopback port over a database file."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.admission.evaluator import LocalEvaluator
from harness.admission.links import RecordedLinks

WORKING_LINK = "https://port.example/figures"


def recorded_evaluator() -> LocalEvaluator:
    """The real evaluator; links are answered from a table."""
    return LocalEvaluator(RecordedLinks({WORKING_LINK: 200}, source="a table"))


PROGRAM = """
import logging, sys
from harness.api import ServerSettings, create_app
from harness.api.server import serve
from harness.store import Store
from tests.harness.api.running import recorded_evaluator
from writers.clock import SystemClock

logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
settings = ServerSettings(rate_limit=100_000, feed_rate_limit=100_000)
with Store.open(sys.argv[1]) as store:
    app = create_app(store, clock=SystemClock(), evaluator=recorded_evaluator(), settings=settings)
    serve(app, port=0, on_ready=lambda url: print(url, flush=True))
"""


@contextmanager
def server_process(database: Path, log: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A server in a process of its own: its base URL and the process; everything it logs goes to `log`."""
    with log.open("a") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(database)], stdout=subprocess.PIPE, stderr=stderr, text=True
        )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert url.startswith("http://"), log.read_text()
        yield url, process
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
