"""Fixtures of the commands that score."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.harness.cli.scoring_runs import CommandLine, write_crowd


@pytest.fixture
def notewright(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(monkeypatch, capsys)


@pytest.fixture(scope="session")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the public files of a small crowd."""
    return write_crowd(tmp_path_factory.mktemp("crowd"))
