"""requests-oauthlib in the manner of existing bots: tweet dialect, capitalised booleans, `+` for blanks."""

from __future__ import annotations

import base64
import json

from tests.harness.api.conftest import Served
from tests.harness.api.samples import submission
from writers.protocol.snowflakes import created_at_ms

FEED = "/2/notes/search/posts_eligible_for_notes"
WRITTEN = "/2/notes/search/notes_written"


def test_the_feed_as_bots_read_it(served: Served) -> None:
    with served.session() as bot:
        answer = bot.get(
            served.url + FEED,
            params={
                "test_mode": True,
                "max_results": 100,
                "post_selection": "feed_size: small, feed_lang: all",
                "tweet.fields": "author_id,created_at,referenced_tweets,media_metadata,note_tweet,"
                "suggested_source_links_with_counts,note_request_suggestions,public_metrics",
                "expansions": "attachments.media_keys,referenced_tweets.id,referenced_tweets.id.author_id,"
                "referenced_tweets.id.attachments.media_keys",
                "media.fields": "alt_text,media_key,type,url",
            },
        )

    assert answer.status_code == 200
    page = answer.json()
    assert [post["id"] for post in page["data"]] == served.post_ids[:10]
    rich = page["data"][0]
    assert rich["edit_history_tweet_ids"] == [rich["id"]]
    assert rich["public_metrics"]["retweet_count"] == 2
    assert rich["suggested_source_links_with_counts"] == [{"url": "https://port.example/figures", "count": 3}]
    assert rich["media_metadata"] == [{"media_key": "3_77", "description": "A crane at dusk"}]
    assert rich["attachments"] == {"media_keys": ["3_77"]}
    assert page["includes"]["tweets"][0]["author_id"] == "502"
    assert [user["username"] for user in page["includes"]["users"]] == ["ilse_bakes"]
    assert page["includes"]["media"][0]["url"] == "https://img.example/77.jpg"
    assert page["errors"][0]["type"] == "https://api.twitter.com/2/problems/resource-not-found"
    assert page["meta"] == {"result_count": 10}
    assert answer.headers["x-rate-limit-limit"] == "500"
    assert answer.headers["x-rate-limit-remaining"] == "499"


def test_only_default_fields_unless_more_are_asked_for(served: Served) -> None:
    with served.session() as bot:
        page = bot.get(served.url + FEED, params={"test_mode": "true", "max_results": "1"}).json()
    assert set(page["data"][0]) == {"id", "text", "edit_history_tweet_ids"}
    assert "includes" not in page


def test_a_token_tells_when_its_page_starts(served: Served) -> None:
    with served.session() as bot:
        parameters = {"test_mode": "true", "max_results": "2", "post_selection": "feed_lang:all"}
        first = bot.get(served.url + FEED, params=parameters).json()
        token = first["meta"]["next_token"]
        second = bot.get(served.url + FEED, params={**parameters, "pagination_token": token}).json()

    negated = json.loads(base64.b64decode(token))["startAt"]["lkey"][0]
    assert -negated == created_at_ms(int(second["data"][0]["id"]))
    assert [post["id"] for post in second["data"]] == served.post_ids[2:4]


def test_languages_and_an_empty_feed(served: Served) -> None:
    with served.session() as bot:

        def texts(selection: str) -> object:
            page = bot.get(
                served.url + FEED, params={"test_mode": "true", "post_selection": selection}
            ).json()
            return [post["text"] for post in page["data"]] if "data" in page else page

        assert texts("feed_lang:ja") == ["港は去年、梨を七千箱運んだ。"]
        assert texts("feed_lang:fr") == {"meta": {"result_count": 0}}


def test_a_note_is_created_listed_and_deleted(served: Served) -> None:
    with served.session() as bot:
        created = bot.post(served.url + "/2/notes", json=submission(served.post_ids[5]))
        assert created.status_code == 201
        note_id = created.json()["data"]["id"]
        listed = bot.get(served.url + WRITTEN, params={"test_mode": True, "max_results": 100}).json()
        deleted = bot.delete(f"{served.url}/2/notes/{note_id}")
        after = bot.get(served.url + WRITTEN, params={"test_mode": True}).json()

    assert listed["data"] == [
        {
            "id": note_id,
            "info": {
                "text": "The port's own report says 3 thousand crates: https://port.example/figures",
                "classification": "misinformed_or_potentially_misleading",
                "misleading_tags": ["factual_error"],
                "post_id": served.post_ids[5],
                "trustworthy_sources": True,
            },
            "status": "",
        }
    ]
    assert (deleted.status_code, deleted.json()) == (200, {"data": {"deleted": True}})
    assert after == {"meta": {"result_count": 0}}


def test_evaluation_stores_nothing(served: Served) -> None:
    with served.session() as bot:
        answer = bot.post(
            served.url + "/2/evaluate_note",
            json={"post_id": served.post_ids[0], "note_text": "It is 3. https://port.example/figures"},
        )
        listed = bot.get(served.url + WRITTEN, params={"test_mode": True}).json()
    assert isinstance(answer.json()["data"]["claim_opinion_score"], float)
    assert listed["meta"]["result_count"] == 0
