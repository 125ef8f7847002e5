"""Importing the package must cost a command line that never scores next to nothing."""

import subprocess
import sys

import scoring


def test_importing_loads_neither_numba_nor_polars() -> None:
    code = (
        "import sys, scoring, scoring.errors, scoring.tables, scoring.statuses;"
        "print(sorted({'numba', 'polars'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_every_public_name_can_be_had() -> None:
    assert all(getattr(scoring, name) is not None for name in scoring.__all__)
    assert set(scoring.__all__) <= set(dir(scoring))
