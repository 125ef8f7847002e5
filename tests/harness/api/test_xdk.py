"""X's own Python SDK, in the post dialect, through a writer's whole life."""

from __future__ import annotations

import pytest
import requests
from xdk import Client
from xdk.community_notes.models import CreateRequest, EvaluateRequest
from xdk.oauth1_auth import OAuth1

from harness.rounds.evaluation import evaluate_pending
from tests.harness.api.conftest import Served
from tests.harness.api.running import recorded_evaluator
from tests.harness.api.samples import submission
from writers.clock import SystemClock

POST_FIELDS = [
    *("article", "article_title", "attachments", "card_uri", "community_id", "context_annotations"),
    *(
        "conversation_id",
        "created_at",
        "display_text_range",
        "edit_controls",
        "entities",
        "geo",
        "id",
        "lang",
    ),
    *("matched_media_notes", "media_metadata", "non_public_metrics", "note_post", "note_request_suggestions"),
    *("organic_metrics", "paid_partnership", "possibly_sensitive", "promoted_metrics", "public_metrics"),
    *("reply_settings", "scopes", "source", "suggested_source_links", "suggested_source_links_with_counts"),
    *("text", "withheld"),
]
EXPANSIONS = [
    *(
        "article.cover_media",
        "article.media_entities",
        "attachments.media_keys",
        "attachments.media_source_tweet",
    ),
    *("attachments.poll_ids", "author_id", "edit_history_post_ids", "entities.mentions.username"),
    *("geo.place_id", "in_reply_to_user_id", "referenced_posts", "username"),
]
USER_FIELDS = [
    *("confirmed_email", "connection_status", "created_at", "description", "entities", "id"),
    *("is_identity_verified", "location", "name", "parody", "profile_banner_url", "profile_image_url"),
    *("protected", "public_metrics", "receives_your_dm", "subscribes_to_you", "subscription"),
    *("subscription_type", "url", "username", "verified", "verified_followers_count", "verified_type"),
    "withheld",
]
MEDIA_FIELDS = [
    *("alt_text", "duration_ms", "height", "media_key", "non_public_metrics", "organic_metrics"),
    *("preview_image_url", "promoted_metrics", "public_metrics", "type", "url", "variants", "width"),
]
POLL_FIELDS = ["duration_minutes", "end_datetime", "id", "options", "voting_status"]
PLACE_FIELDS = [
    *("contained_within", "country", "country_code", "full_name", "geo", "id", "name", "place_type"),
]


@pytest.fixture
def client(served: Served) -> Client:
    secrets = served.writer
    auth = OAuth1(
        secrets.consumer_key,
        secrets.consumer_secret,
        "http://127.0.0.1/callback",
        secrets.access_token,
        secrets.access_token_secret,
    )
    return Client(base_url=served.url, auth=auth)


def test_search_with_every_parameter(served: Served, client: Client) -> None:
    pages = list(
        client.community_notes.search_eligible_posts(
            test_mode=True,
            max_results=4,
            post_selection="feed_size: small, feed_lang: all",
            post_fields=POST_FIELDS,
            expansions=EXPANSIONS,
            user_fields=USER_FIELDS,
            media_fields=MEDIA_FIELDS,
            poll_fields=POLL_FIELDS,
            place_fields=PLACE_FIELDS,
        )
    )

    assert [page.meta.result_count for page in pages] == [4, 4, 2]
    assert [page.meta.next_token is None for page in pages] == [False, False, True]
    posts = [post for page in pages for post in page.data]
    assert [post.id for post in posts] == served.post_ids[:10]
    rich = posts[0]
    assert rich.public_metrics.repost_count == 2
    assert rich.note_post.text.startswith("The whole story")
    assert rich.model_dump()["referenced_posts"] == [{"type": "quoted", "id": "1400000000000000001"}]
    assert rich.created_at.endswith("Z")
    includes = pages[0].includes
    assert [post.id for post in includes.posts] == ["1400000000000000001"]
    assert {user.username for user in includes.users} == {"quillport"}
    assert includes.media[0].alt_text == "A crane"
    [gone] = pages[0].errors
    assert gone.resource_id == "1400000000000000002"


async def test_a_notes_whole_life(served: Served, client: Client) -> None:
    notes = client.community_notes
    post_id = served.post_ids[0]

    verdict = notes.evaluate(
        EvaluateRequest(post_id=post_id, note_text="A fact. https://port.example/figures")
    )
    assert isinstance(verdict.data.claim_opinion_score, float)

    ids = [
        notes.create(CreateRequest.model_validate(submission(post_id))).data.id
        for post_id in (served.post_ids[0], *served.post_ids[4:7])
    ]
    await evaluate_pending(served.store, recorded_evaluator(), now_ms=SystemClock().now_ms(), delay_ms=0)

    pages = list(notes.search_written(test_mode=True, max_results=3))
    assert [note.id for page in pages for note in page.data] == ids[::-1]
    assert [page.meta.next_token is None for page in pages] == [False, True]
    last = pages[1].data[0]
    assert (last.status, last.info.post_id) == ("", post_id)
    outcome = {
        item.evaluator_type: item.evaluator_score_bucket for item in last.test_result.evaluation_outcome
    }
    assert outcome["UrlValidity"] == "High"
    assert set(outcome) == {"UrlValidity", "ClaimOpinion", "HarassmentAbuse"}

    only_status = next(notes.search_written(test_mode=True, note_fields=["status"]))
    assert only_status.data[0].model_dump(exclude_none=True) == {"id": ids[-1], "status": ""}

    assert notes.delete(ids[0]).data.deleted is True
    with pytest.raises(requests.HTTPError) as gone:
        notes.delete(ids[0])
    assert "is not found" in gone.value.response.text
    assert [note.id for page in notes.search_written(test_mode=True) for note in page.data] == ids[:0:-1]


def test_a_user_token_signs_in_too(served: Served) -> None:
    client = Client(base_url=served.url, access_token=served.writer.user_token)
    page = next(client.community_notes.search_eligible_posts(test_mode=True))
    assert page.meta.result_count == 9
