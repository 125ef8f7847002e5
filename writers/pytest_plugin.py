"""A fixture for a plugin's own tests, there as soon as notewright is installed.

def test_contract(keeps_contract):
    keeps_contract(MyWriter())
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from writers.plugin import Writer


@pytest.fixture
def keeps_contract() -> Callable[[Writer], None]:
    """Fails the test with every promise of the contract that a writer does not keep.

    For a test that is no coroutine; inside a coroutine, await `writers.contract.check_writer`.
    """
    from writers.contract import check_writer

    def check(writer: Writer) -> None:
        broken = [finding for finding in asyncio.run(check_writer(writer)) if not finding.passed]
        if broken:
            told = "\n".join(f"{finding.promise}: {finding.detail}" for finding in broken)
            pytest.fail(f"'{writer.name}' breaks its contract\n{told}", pytrace=False)

    return check
