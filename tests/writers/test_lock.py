"""Two processes and one journal."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from writers.errors import UserError
from writers.lock import AlreadyRunning, only_copy

HOLDER = """
import sys, time
from pathlib import Path
from writers.lock import only_copy
with only_copy(Path(sys.argv[1]), "w"):
    print("held", flush=True)
    time.sleep(600)
"""


def test_a_lock_is_held_by_one_and_dies_with_its_process(tmp_path: Path) -> None:
    journal = tmp_path / "new" / "j.sqlite3"
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(journal)], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(AlreadyRunning, match="Another copy of 'w' is at work on the journal"):
            only_copy(journal, "w").__enter__()
        with only_copy(journal, "another"), only_copy(tmp_path / "other.sqlite3", "w"):
            pass
    finally:
        holder.kill()
        holder.wait()
    for _ in range(2):
        with only_copy(journal, "w"), pytest.raises(AlreadyRunning):
            only_copy(journal, "w").__enter__()


def test_any_name_can_be_locked(tmp_path: Path) -> None:
    with only_copy(tmp_path / "j", "../..\0 \ud800/ä" * 99):
        assert [file.parent for file in tmp_path.rglob("*")] == [tmp_path]


def test_a_place_that_cannot_be_locked_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be locked"):
        only_copy(tmp_path / "file" / "j", "w").__enter__()
