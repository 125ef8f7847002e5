"""Notes: one for an author and post, ids from the clock, quotas, what eligibility looks at."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from harness.store import NoteExists, Quota, QuotaUsedUp, Store, StoredEvaluation
from harness.store.schema import note_statuses
from scoring.statuses import CRH, CRNH, NMR, NONE
from scoring.tables import MISSING_MS, StatusHistory
from tests.harness.api.samples import submission
from tests.harness.store.conftest import NOW_MS
from writers.protocol.notes import EvaluatorType, NoteSubmission, ScoreBucket, Status
from writers.protocol.snowflakes import created_at_ms

GOOD = dict.fromkeys(EvaluatorType, ScoreBucket.HIGH)


def note(post_id: int, *, test_mode: bool = True, **info: Any) -> NoteSubmission:
    return NoteSubmission.model_validate(submission(post_id, test_mode=test_mode, **info))


def status_columns(note_ids: list[int], codes: list[int], **changes: list[Any]) -> dict[str, list[Any]]:
    rows = len(note_ids)
    columns: dict[str, list[Any]] = {}
    for column in note_statuses.columns:
        missing = MISSING_MS if column.name.endswith(("_ms", "_minute")) else NONE
        columns[column.name] = [missing] * rows
    return {
        **columns,
        "note_id": note_ids,
        "status": codes,
        "decided_by": ["CoreModel (v1.1)"] * rows,
        "intercept": [0.41] * rows,
        "factor": [None] * rows,
        "rating_count": list(range(rows)),
        **changes,
    }


def test_ids_are_snowflakes_and_distinct(store: Store) -> None:
    ids = [store.create_note(1, note(post), now_ms=NOW_MS + post // 10) for post in range(30)]
    assert len(set(ids)) == 30
    assert ids == sorted(ids)
    assert [created_at_ms(note_id) for note_id in ids] == [NOW_MS + post // 10 for post in range(30)]


def test_one_note_for_an_author_and_a_post(store: Store) -> None:
    first = store.create_note(1, note(5), now_ms=NOW_MS)
    with pytest.raises(NoteExists) as standing:
        store.create_note(1, note(5), now_ms=NOW_MS)
    assert standing.value.note_id == first
    store.create_note(2, note(5), now_ms=NOW_MS)
    store.create_note(1, note(6), now_ms=NOW_MS)
    store.create_note(1, note(5, test_mode=False), now_ms=NOW_MS)


def test_test_and_live_notes_may_share_the_rule(store: Store) -> None:
    store.create_note(1, note(5), now_ms=NOW_MS, shared_duplicates=True)
    with pytest.raises(NoteExists):
        store.create_note(1, note(5, test_mode=False), now_ms=NOW_MS, shared_duplicates=True)


@pytest.mark.parametrize("frees_post", [True, False])
def test_deleting(store: Store, frees_post: bool) -> None:
    note_id = store.create_note(1, note(5), now_ms=NOW_MS)
    assert not store.delete_note(2, note_id, now_ms=NOW_MS)
    assert store.delete_note(1, note_id, now_ms=NOW_MS + 9, frees_post=frees_post)
    assert not store.delete_note(1, note_id, now_ms=NOW_MS)
    assert not store.delete_note(1, 2**64, now_ms=NOW_MS)
    assert store.written(1, test_mode=True, limit=9) == []
    kept = store.note(note_id)
    assert kept is not None
    assert kept.deleted_at_ms == NOW_MS + 9
    if frees_post:
        store.create_note(1, note(5), now_ms=NOW_MS)
    else:
        with pytest.raises(NoteExists):
            store.create_note(1, note(5), now_ms=NOW_MS)


def test_the_quota_counts_what_was_written_in_its_time(store: Store) -> None:
    quota = Quota(limit=2, since_ms=NOW_MS)
    store.create_note(1, note(1, test_mode=False), now_ms=NOW_MS - 1)
    store.create_note(2, note(1, test_mode=False), now_ms=NOW_MS)
    store.create_note(1, note(9, test_mode=True), now_ms=NOW_MS)
    first = store.create_note(1, note(2, test_mode=False), now_ms=NOW_MS, quota=quota)
    store.delete_note(1, first, now_ms=NOW_MS)
    store.create_note(1, note(3, test_mode=False), now_ms=NOW_MS + 1, quota=quota)
    with pytest.raises(QuotaUsedUp):
        store.create_note(1, note(4, test_mode=False), now_ms=NOW_MS + 2, quota=quota)


def test_races_between_connections(tmp_path: Path) -> None:
    stores = [Store.open(tmp_path / "x.db") for _ in range(4)]
    quota = Quota(limit=60, since_ms=NOW_MS)

    def create(number: int) -> str:
        try:
            stores[number % 4].create_note(1, note(number % 80, test_mode=False), now_ms=NOW_MS, quota=quota)
        except NoteExists:
            return "exists"
        except QuotaUsedUp:
            return "quota"
        return "stored"

    with ThreadPoolExecutor(8) as pool:
        outcomes = Counter(pool.map(create, range(160)))
    assert outcomes["stored"] == 60
    written = stores[0].written(1, test_mode=False, limit=999)
    assert len({item.post_id for item in written}) == len({item.note_id for item in written}) == 60
    for store in stores:
        store.close()


def test_written_pages_run_from_the_newest(store: Store) -> None:
    ids = [store.create_note(1, note(post), now_ms=NOW_MS + post) for post in range(5)]
    store.create_note(1, note(1, test_mode=False), now_ms=NOW_MS)
    assert [item.note_id for item in store.written(1, test_mode=True, limit=2)] == [ids[4], ids[3]]
    rest = store.written(1, test_mode=True, start_id=ids[2], limit=9)
    assert [item.note_id for item in rest] == [ids[2], ids[1], ids[0]]


def test_statuses_reach_eligibility(store: Store) -> None:
    ids = [store.create_note(1, note(post, test_mode=False), now_ms=NOW_MS + post) for post in range(4)]
    store.create_note(1, note(7), now_ms=NOW_MS)
    store.update_statuses(status_columns(ids[:3], [NMR, NMR, NMR]))
    store.update_statuses(status_columns(ids[:3], [CRH, CRNH, NMR], scored_ms=[NOW_MS, NOW_MS, NOW_MS]))
    store.delete_note(1, ids[1], now_ms=NOW_MS)

    assert [tuple(record) for record in store.live_note_records(1)] == [
        (ids[0], NOW_MS, Status.CRH, 0),
        (ids[1], NOW_MS + 1, Status.CRNH, 1),
        (ids[2], NOW_MS + 2, Status.NMR, 2),
        (ids[3], NOW_MS + 3, Status.NMR, 0),
    ]
    table = store.statuses()
    assert table["note_id"].tolist() == ids[:3]
    assert table["scored_ms"].tolist() == [NOW_MS] * 3
    assert table["lock_ms"].tolist() == [MISSING_MS] * 3
    assert [item.status for item in store.notes(test_mode=False)] == [
        *(Status.CRH, Status.CRNH, Status.NMR, Status.NMR)
    ]
    assert [item.status for item in store.notes(test_mode=True)] == [None]


def test_records_follow_every_change(store: Store) -> None:
    def records() -> list[tuple[int, Status]]:
        return [(record.note_id, record.status) for record in store.live_note_records(1)]

    assert records() == []
    first = store.create_note(1, note(1, test_mode=False), now_ms=NOW_MS)
    assert records() == [(first, Status.NMR)]
    store.create_note(2, note(1, test_mode=False), now_ms=NOW_MS)
    store.create_note(1, note(2), now_ms=NOW_MS)
    third = store.create_note(1, note(3, test_mode=False), now_ms=NOW_MS + 9)
    assert records() == [(first, Status.NMR), (third, Status.NMR)]
    store.update_statuses(status_columns([first], [CRH]))
    assert records() == [(first, Status.CRH), (third, Status.NMR)]
    between = store.create_note(1, note(4, test_mode=False), now_ms=NOW_MS + 5)
    assert records() == [(first, Status.CRH), (between, Status.NMR), (third, Status.NMR)]
    store.update_statuses(status_columns([first, third], [NMR, CRNH]))
    assert records() == [(first, Status.NMR), (between, Status.NMR), (third, Status.CRNH)]


def test_records_follow_another_process(tmp_path: Path) -> None:
    with Store.open(tmp_path / "x.db") as store, Store.open(tmp_path / "x.db") as other:
        first = store.create_note(1, note(1, test_mode=False), now_ms=NOW_MS)
        assert len(other.live_note_records(1)) == 1
        store.create_note(1, note(2, test_mode=False), now_ms=NOW_MS)
        store.update_statuses(status_columns([first], [CRH]))
        assert [record.status for record in other.live_note_records(1)] == [Status.CRH, Status.NMR]


def test_the_history_table_holds_what_scoring_keeps() -> None:
    history = set(StatusHistory.__dataclass_fields__)
    own = {"note_id", "intercept", "factor", "rating_count"}
    assert set(note_statuses.columns.keys()) == history | own


def test_notes_after_an_id(store: Store) -> None:
    ids = [store.create_note(author, note(1), now_ms=NOW_MS) for author in (1, 2, 3)]
    assert [item.note_id for item in store.notes(after_id=ids[0])] == ids[1:]


def test_evaluations(store: Store) -> None:
    ids = [
        store.create_note(1, note(post, text=f"n{post} https://a.example"), now_ms=NOW_MS + post)
        for post in range(3)
    ]
    store.create_note(1, note(1, test_mode=False), now_ms=NOW_MS)
    waiting = store.pending_evaluations(NOW_MS + 1)
    assert [(item.note_id, item.post_id, item.text) for item in waiting] == [
        (ids[0], 0, "n0 https://a.example"),
        (ids[1], 1, "n1 https://a.example"),
    ]
    bad = {**GOOD, EvaluatorType.URL_VALIDITY: ScoreBucket.LOW}
    store.save_evaluation(StoredEvaluation(ids[0], NOW_MS, 9.5, bad))
    store.save_evaluation(StoredEvaluation(ids[0], NOW_MS, 1.5, GOOD))
    store.save_evaluation(StoredEvaluation(ids[1], NOW_MS, -2, bad))
    store.delete_note(1, ids[1], now_ms=NOW_MS)
    assert [item.note_id for item in store.pending_evaluations(NOW_MS + 9)] == [ids[2]]
    assert store.test_note_buckets(1, limit=50) == [bad, GOOD]
    assert store.test_note_buckets(1, limit=1) == [bad]
    [newest, oldest] = store.written(1, test_mode=True, limit=9)
    assert (newest.buckets, oldest.claim_opinion_score) == (None, 1.5)
