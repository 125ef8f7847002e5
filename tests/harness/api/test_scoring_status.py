"""`scoring_status`: rating counts by rater side, for writers who earned them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
import pytest

from harness.api import create_app
from harness.api.scoring_status import HELPFUL_TAGS, NOT_HELPFUL_TAGS, scoring_status
from harness.eligibility import rules_at
from harness.store import Credentials, MasterKey, Store
from scoring.statuses import CRH
from scoring.tables import HelpfulTag, NotHelpfulTag
from tests.harness.api.running import recorded_evaluator
from tests.harness.api.samples import sample_post, submission
from tests.harness.store.test_notes import status_columns
from writers.clock import DAY_MS, HOUR_MS
from writers.protocol.dialects import FEED_PATH, NOTES_PATH, WRITTEN_PATH
from writers.protocol.notes import NoteSubmission, ScoringStatus

NOW_MS = 1_790_000_000_000


class StoppedClock:
    def now_ms(self) -> int:
        return NOW_MS

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


def test_sides_levels_and_tags() -> None:
    sources_clear = HelpfulTag.GOOD_SOURCES | HelpfulTag.CLEAR | HelpfulTag.EMPATHETIC
    status = scoring_status(
        [
            (-0.16, 2, sources_clear, 0),
            (-0.15, 1, HelpfulTag.CLEAR, NotHelpfulTag.MISSING_KEY_POINTS),
            (0.15, 0, 0, NotHelpfulTag.INCORRECT),
            (0.151, 0, 0, NotHelpfulTag.INCORRECT | NotHelpfulTag.NOTE_NOT_NEEDED),
            (0.9, 0, 0, NotHelpfulTag.INCORRECT),
        ],
        model="expansion",
    )
    read = ScoringStatus.model_validate(status)
    [counts] = read.rating_counts_per_model
    assert (read.has_access, counts.model_name) == (True, "expansion")
    negative, neutral, positive = (
        counts.value.negative_factor_bucket_counts,
        counts.value.neutral_factor_bucket_counts,
        counts.value.positive_factor_bucket_counts,
    )
    assert (negative.helpful_count, negative.somewhat_helpful_count, negative.not_helpful_count) == (1, 0, 0)
    assert {(tag.tag_name, tag.tag_count) for tag in negative.helpful_tag_counts} == {
        ("GoodSources", 1),
        ("Clear", 1),
    }
    assert (neutral.helpful_count, neutral.somewhat_helpful_count, neutral.not_helpful_count) == (0, 1, 1)
    assert [tag.tag_name for tag in neutral.not_helpful_tag_counts] == ["MissingKeyPoints", "Incorrect"]
    assert [(tag.tag_name, tag.tag_count) for tag in positive.not_helpful_tag_counts] == [
        ("Incorrect", 2),
        ("NoteNotNeeded", 1),
    ]


def test_every_tag_on_the_wire_has_one_source() -> None:
    assert len(set(HELPFUL_TAGS.values())) == len(HELPFUL_TAGS) == 6
    assert len(set(NOT_HELPFUL_TAGS.values())) == len(NOT_HELPFUL_TAGS) == 10


@pytest.fixture
def famous() -> Iterator[tuple[Store, Credentials]]:
    """A writer with 120 Helpful notes in the last 90 days, one of them rated by both sides."""
    with Store.in_memory(MasterKey.from_seed(3)) as store:
        writer = store.add_writer("famous", NOW_MS - 90 * DAY_MS)
        store.admit(writer.writer_id, NOW_MS - 60 * DAY_MS)
        store.add_posts(
            [
                sample_post(
                    5,
                    NOW_MS,
                    matched_media_notes=[{"note_id": "77", "match_status": "matched_but_not_shown"}],
                ),
                sample_post(6, NOW_MS, feed_size="xxl"),
            ]
        )
        ids = [
            store.create_note(
                writer.writer_id,
                NoteSubmission.model_validate(submission(1000 + number, test_mode=False)),
                now_ms=NOW_MS - 40 * DAY_MS + number * 6 * HOUR_MS,
            )
            for number in range(120)
        ]
        store.update_statuses(status_columns(ids, [CRH] * 120))
        store.add_ratings(
            {
                "note_id": [ids[-1]] * 4,
                "rater_id": [1, 2, 3, 4],
                "created_at_ms": [NOW_MS] * 4,
                "level": [2, 2, 0, 2],
                "helpful_tags": [HelpfulTag.CLEAR.value] * 4,
                "not_helpful_tags": [0] * 4,
                "population_sampled": [False] * 4,
            }
        )
        store.replace_rater_factors(np.array([1, 2, 3]), np.array([-0.5, 0.5, 0.6]))
        yield store, writer


async def ask(store: Store, writer: Credentials, path: str, **parameters: str) -> httpx.Response:
    app = create_app(store, clock=StoppedClock(), evaluator=recorded_evaluator(), rules=rules_at(NOW_MS))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://x",
        headers={"Authorization": f"Bearer {writer.user_token}"},
    ) as client:
        if path == NOTES_PATH:
            return await client.post(path, json=submission(parameters.pop("post_id"), is_media_note=True))
        return await client.get(path, params=parameters)


def item(answer: httpx.Response) -> dict[str, Any]:
    body: dict[str, Any] = answer.json()["data"][0]
    return body


async def test_told_to_those_who_earned_it(famous: tuple[Store, Credentials]) -> None:
    note = item(await ask(*famous, WRITTEN_PATH, test_mode="false"))
    assert note["status"] == "currently_rated_helpful"
    [model] = note["scoring_status"]["rating_counts_per_model"]
    sides = model["value"]
    assert sides["negative_factor_bucket_counts"]["helpful_count"] == 1
    assert sides["positive_factor_bucket_counts"]["helpful_count"] == 1
    assert sides["positive_factor_bucket_counts"]["not_helpful_count"] == 1
    without = item(await ask(*famous, WRITTEN_PATH, test_mode="false", **{"note.fields": "status"}))
    assert set(without) == {"id", "status"}


async def test_earned_feeds_and_matched_notes(famous: tuple[Store, Credentials]) -> None:
    parameters = {
        "test_mode": "false",
        "post_selection": "feed_size:xxl",
        "tweet.fields": "matched_media_notes",
    }
    page = (await ask(*famous, FEED_PATH, **parameters)).json()
    assert [set(post) for post in page["data"]] == [
        {"id", "text", "edit_history_tweet_ids", "matched_media_notes"},
        {"id", "text", "edit_history_tweet_ids"},
    ]
    created = await ask(*famous, NOTES_PATH, post_id=page["data"][0]["id"])
    assert created.status_code == 201


async def test_not_told_to_others(famous: tuple[Store, Credentials]) -> None:
    store, _ = famous
    newcomer = store.add_writer("newcomer", NOW_MS)
    store.admit(newcomer.writer_id, NOW_MS)
    post_id = sample_post(5, NOW_MS).wire.id
    body = NoteSubmission.model_validate(submission(post_id, test_mode=False))
    store.create_note(newcomer.writer_id, body, now_ms=NOW_MS)

    assert "scoring_status" not in item(await ask(store, newcomer, WRITTEN_PATH, test_mode="false"))
    asked = await ask(store, newcomer, WRITTEN_PATH, test_mode="false", **{"note.fields": "scoring_status"})
    assert item(asked)["scoring_status"]["has_access"] is False
    page = await ask(store, newcomer, FEED_PATH, test_mode="true", **{"tweet.fields": "matched_media_notes"})
    assert set(item(page)) == {"id", "text", "edit_history_tweet_ids"}
    refused = await ask(store, newcomer, FEED_PATH, test_mode="false", post_selection="feed_size:xxl")
    assert refused.status_code == 403
