"""What all tests share: where the real public data are and how their absence is told, and that no property is
timed: how long an example takes is the machine's business.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("notewright", deadline=None)
settings.load_profile("notewright")

SHARED_VARIABLE = "NOTEWRIGHT_SHARED"
PROJECT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real public data; a test that needs it is skipped with a reason where it is absent.

    In CI absence is a failure: a test that measures against real data is never skipped there.
    """
    folder = Path(os.environ.get(SHARED_VARIABLE, PROJECT.parent / "shared")).resolve()
    if not folder.is_dir():
        reason = f"no public data at {folder}; set {SHARED_VARIABLE} to the folder that holds them"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return folder
