"""The server keeps what its OpenAPI document promises: a small run of the benchmark of that name."""

from __future__ import annotations

from pathlib import Path

from benchmarks.conformance import conformance


def test_conformance(tmp_path: Path) -> None:
    report = conformance(tmp_path, examples=12, phases=("coverage", "fuzzing", "stateful"))
    assert report.passed, report.text
    assert report.requests > 300
    assert not [status for _, status in report.answers if status >= 500]
    operations = {
        operation for operation, status in report.answers if status in (200, 201) and "/2/" in operation
    }
    assert len(operations) == 6, "each operation was seen to do its work"
