"""The page in a real browser: it is laid out, breaks none of its own rules, and fits a phone."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from harness.report.html import render
from tests.harness.report.seasons import season

NAMES = ("chromium", "chromium-browser", "google-chrome")
# Nothing but the page: no first-run dialogue, no calls home.
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--hide-scrollbars", "--enable-logging=stderr",
)  # fmt: skip
PHONE_WIDTH = 390


@pytest.fixture(scope="module")
def chromium() -> str:
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        reason = f"no browser: none of {', '.join(NAMES)} is installed"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("report") / "season.html"
    small = season(people_notes=40, raters=50, test_notes=8, days=6, live_a_day=12)
    file.write_text(render(small), encoding="utf-8")
    return file


def opened(chromium: str, page: Path, *flags: str, profile: Path) -> subprocess.CompletedProcess[str]:
    command = [chromium, *QUIET, f"--user-data-dir={profile}", *flags, page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done


def test_it_opens_without_a_complaint(chromium: str, page: Path, tmp_path: Path) -> None:
    done = opened(chromium, page, "--dump-dom", profile=tmp_path)
    dom = LexborHTMLParser(done.stdout)
    assert dom.css_first("h1") is not None
    assert len(dom.css("svg")) >= 5
    complaints = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    assert complaints == [], "a broken rule of its content security policy, for one, would stand here"


def test_nothing_sticks_out_on_a_phone(chromium: str, page: Path, tmp_path: Path) -> None:
    # A frame of a phone's width around the page, and a script outside of it that reads how wide it is inside.
    frame = tmp_path / "frame.html"
    frame.write_text(
        f"<!doctype html><iframe id=page width={PHONE_WIDTH} height=800 style='border:0'"
        f" src='{page.as_uri()}'></iframe>"
        "<script>document.getElementById('page').onload = event => { document.title ="
        " event.target.contentDocument.documentElement.scrollWidth }</script>",
        encoding="utf-8",
    )
    flags = ("--allow-file-access-from-files", "--window-size=1000,900", "--virtual-time-budget=5000")
    done = opened(chromium, frame, *flags, "--dump-dom", profile=tmp_path / "profile")
    width = re.search(r"<title>(\d+)</title>", done.stdout)
    assert width is not None, done.stdout[:500]
    assert int(width[1]) <= PHONE_WIDTH
