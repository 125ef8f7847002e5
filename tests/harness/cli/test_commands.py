"""Commands as a person meets them: light start, one sentence for a mistake, one document for a program."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from harness.store import Store
from harness.store.schema import schema as version_table
from scoring.tables.columns import NOTES, RATINGS, STATUS_HISTORY, USER_ENROLLMENT

NOTEWRIGHT = str(Path(sys.executable).with_name("notewright"))
CREDENTIALS = (
    "NOTEWRIGHT_USER_TOKEN",
    "NOTEWRIGHT_CONSUMER_KEY",
    "NOTEWRIGHT_CONSUMER_SECRET",
    "NOTEWRIGHT_ACCESS_TOKEN",
    "NOTEWRIGHT_ACCESS_TOKEN_SECRET",
    "X_API_KEY",
    "X_API_KEY_SECRET",
    "X_ACCESS_TOKEN",
    "X_ACCESS_TOKEN_SECRET",
)
HEAVY = {
    "numba",
    "numpy",
    "polars",
    "uvicorn",
    "fastapi",
    "starlette",
    "sqlalchemy",
    "httpx",
    "bm25s",
    "vl_convert",
}


def notewright(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in CREDENTIALS}
    return subprocess.run(
        [NOTEWRIGHT, *arguments],
        cwd=folder,
        env=environment | {"COLUMNS": "100"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_help_starts_light() -> None:
    code = "import harness.cli, sys; print(sorted(m for m in sys.modules if '.' not in m))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert HEAVY & set(json.loads(loaded.replace("'", '"'))) == set()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("simulate", "season.toml"), "did you mean 'seed'"),
        (("simulate", "missing.toml"), "missing.toml"),
        (("write", "no-such-writer", "--data", "d"), "no-such-writer"),
        (("write", "baseline", "--target", "ftp://x", "--data", "d"), "--target ftp://x"),
        (("write", "baseline", "--data", "d"), "NOTEWRIGHT_CONSUMER_KEY"),
        (("write", "broken.py:Writer", "--data", "d"), "broken.py"),
        (("write", "baseline", "--option", "k", "--data", "d"), "--option k"),
        (("eligibility", "--notes", "notes.jsonl"), "notes.jsonl, line 2, field 'status'"),
        (("eligibility", "--notes", "notes.jsonl", "--at", "soon"), "--at soon"),
        (("eligibility", "--notes", "empty.jsonl", "--at", "2025-01-01"), "2025-08-28"),
        (("score", "empty", "--output", "out"), "empty"),
        (("score", "cut", "--output", "out"), "ratings-00000.tsv, line 2"),
        (("agreement", "empty", "empty"), "no scoring output"),
        (("evaluate", "text", "--links", "missing.tsv"), "missing.tsv"),
        (("evaluate", "text", "--post", "missing.json"), "missing.json"),
        (("journal", "show", "baseline", "--data", "d"), "no journal"),
        (("accounts", "list", "--data", "newer"), "newer"),
        (("serve", "--settings", "season.toml", "--data", "d"), "season.toml"),
    ],
)
def test_a_mistake_is_one_sentence(arguments: tuple[str, ...], told: str, tmp_path: Path) -> None:
    (tmp_path / "season.toml").write_text("sede = 3\n")
    (tmp_path / "broken.py").write_text(
        "class Writer:\n    def __init__(self):\n        raise OSError('no disk')\n"
    )
    (tmp_path / "notes.jsonl").write_text(
        '{"created_at_ms": 1, "status": "NEEDS_MORE_RATINGS"}\n{"created_at_ms": 2}\n'
    )
    (tmp_path / "empty.jsonl").write_text("")
    (tmp_path / "empty").mkdir()
    cut = tmp_path / "cut"
    cut.mkdir()
    for schema in (NOTES, RATINGS, STATUS_HISTORY, USER_ENROLLMENT):
        header = "\t".join(column.name for column in schema.columns) + "\n"
        (cut / f"{schema.stem}-00000.tsv").write_text(header)
    with (cut / "ratings-00000.tsv").open("a") as ratings:
        ratings.write("1\trater\t16")
    newer = tmp_path / "newer"
    newer.mkdir()
    make_database_of_a_newer_version(newer / "notewright.sqlite3")

    done = notewright(*arguments, folder=tmp_path)
    assert done.returncode == 2, done.stdout + done.stderr
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) <= 2


def make_database_of_a_newer_version(file: Path) -> None:
    Store.open(file).close()
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(f"UPDATE {version_table.name} SET version = version + 1")


def test_an_answer_for_a_program_is_one_document(tmp_path: Path) -> None:
    (tmp_path / "notes.jsonl").write_text('{"created_at_ms": 1, "status": "CURRENTLY_RATED_HELPFUL"}\n')
    done = notewright(
        "eligibility", "--notes", "notes.jsonl", "--at", "2026-03-05", "--json", folder=tmp_path
    )
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["writing_limit"] == 10
    assert document["certain"] is True

    added = notewright("accounts", "add", "one", "--data", "d", "--json", folder=tmp_path)
    assert set(json.loads(added.stdout)) >= {"name", "id", "consumer_key", "user_token"}
    listed = notewright("accounts", "list", "--data", "d", "--json", folder=tmp_path)
    assert [account["name"] for account in json.loads(listed.stdout)] == ["one"]
    arguments = ("accounts", "token", "one", "--scope", "tweet.read", "--lifetime", "7200", "--data", "d")
    issued = json.loads(notewright(*arguments, "--json", folder=tmp_path).stdout)
    assert issued["scopes"] == ["tweet.read"]
    assert issued["user_token"] != json.loads(added.stdout)["user_token"]


def test_the_answer_no_is_exit_status_one(tmp_path: Path) -> None:
    (tmp_path / "links.tsv").write_text("url\tstatus\nhttps://gone.example/\t404\n")
    note = "The count was 12 in 2025. https://gone.example/"
    done = notewright(
        "evaluate", note, "--post", "The count was 99.", "--links", "links.tsv", "--json", folder=tmp_path
    )
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["buckets"]["UrlValidity"] == "Low"
