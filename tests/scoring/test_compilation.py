"""A first run says that it is compiling; a second one finds the kernels in the cache."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from numba import njit

from scoring.compilation import on_first_compilation

PROGRAM = """
from scoring.compilation import on_first_compilation
from kernel import doubled
with on_first_compilation(lambda: print("compiling")):
    print(doubled(21))
"""


def test_only_the_run_that_fills_the_cache_tells(tmp_path: Path) -> None:
    (tmp_path / "kernel.py").write_text(
        "from numba import njit\n\n@njit(cache=True)\ndef doubled(x):\n    return 2 * x\n"
    )
    (tmp_path / "program.py").write_text(PROGRAM)
    root = str(Path(__file__).resolve().parents[2])
    runs = [
        subprocess.run(
            [sys.executable, tmp_path / "program.py"],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONPATH": root, "NUMBA_CACHE_DIR": str(tmp_path / "cache"), "PATH": ""},
        ).stdout.split()
        for _ in range(2)
    ]
    assert runs == [["compiling", "42"], ["42"]]


def test_several_compilations_are_told_once() -> None:
    told: list[str] = []

    @njit
    def halved(x: float) -> float:
        return x / 2

    with on_first_compilation(lambda: told.append("compiling")):
        assert halved(3.0) == halved(3) == 1.5
        assert told == ["compiling"]
    halved(True)
    assert told == ["compiling"]
