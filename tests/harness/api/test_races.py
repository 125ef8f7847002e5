"""Requests at the same time: the rules hold as if they had come one after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import requests

from tests.harness.api.conftest import Served
from tests.harness.api.samples import sample_post, submission
from writers.clock import MINUTE_MS, SystemClock
from writers.protocol.notes import NoteSubmission

THREADS = 8


def at_once(request: Callable[[int], requests.Response]) -> list[requests.Response]:
    barrier = Barrier(THREADS)

    def run(number: int) -> requests.Response:
        barrier.wait()
        return request(number)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, range(THREADS)))


def test_of_creates_racing_for_one_post_one_wins(served: Served) -> None:
    def create(_number: int) -> requests.Response:
        with served.session() as bot:
            return bot.post(served.url + "/2/notes", json=submission(served.post_ids[5]))

    answers = at_once(create)
    assert Counter(answer.status_code for answer in answers) == {201: 1, 400: THREADS - 1}
    [winner] = [answer.json()["data"]["id"] for answer in answers if answer.status_code == 201]
    for answer in answers:
        if answer.status_code == 400:
            assert f"[{winner}]" in answer.json()["errors"][0]["message"]


def test_the_last_notes_of_the_daily_limit(served: Served) -> None:
    writer_id, now_ms = served.writer.writer_id, SystemClock().now_ms()
    served.store.admit(writer_id, now_ms)
    arrivals = [sample_post(number, now_ms) for number in range(20, 40)]
    served.store.add_posts(arrivals)
    for number in range(7):
        body = NoteSubmission.model_validate(submission(900 + number, test_mode=False))
        served.store.create_note(writer_id, body, now_ms=now_ms - MINUTE_MS)

    def create(number: int) -> requests.Response:
        with served.session() as bot:
            return bot.post(
                served.url + "/2/notes", json=submission(arrivals[number].wire.id, test_mode=False)
            )

    assert Counter(answer.status_code for answer in at_once(create)) == {201: 3, 403: THREADS - 3}


def test_one_signed_request_sent_many_times_at_once(served: Served) -> None:
    with served.session() as bot:
        prepared = bot.prepare_request(
            requests.Request("POST", served.url + "/2/notes", json=submission(served.post_ids[5]))
        )

    def send(_number: int) -> requests.Response:
        with requests.Session() as session:
            return session.send(prepared, timeout=30)

    assert Counter(answer.status_code for answer in at_once(send)) == {201: 1, 401: THREADS - 1}
