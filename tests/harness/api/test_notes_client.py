"""Our own client on our own server, in both dialects and with both kinds of credentials."""

from __future__ import annotations

import httpx
import pytest

from tests.harness.api.conftest import Served
from tests.harness.api.samples import submission
from writers.auth import BearerToken, OAuth1Credentials
from writers.client import NotesClient
from writers.errors import DuplicateNote, Forbidden, InvalidRequest, Unauthorized
from writers.protocol.dialects import DIALECTS, TWEET
from writers.protocol.notes import NoteSubmission


def oauth1(served: Served, **changes: str) -> httpx.Auth:
    names = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
    return OAuth1Credentials(**{**{name: getattr(served.writer, name) for name in names}, **changes})


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("kind", ["oauth1", "token"])
async def test_a_notes_life(served: Served, dialect: str, kind: str) -> None:
    auth = oauth1(served) if kind == "oauth1" else BearerToken(served.writer.user_token)
    async with NotesClient(served.url, auth, dialect=DIALECTS[dialect]) as client:
        posts = [
            post
            async for post in client.feed(
                test_mode=True, post_selection="feed_size: small, feed_lang: all", page_size=4
            )
        ]
        assert [str(post.id) for post in posts] == served.post_ids[:10]
        rich = posts[0]
        assert rich.text.startswith("The whole story")
        assert rich.author_username == "quillport"
        assert rich.quoted is not None
        assert rich.quoted.text == "Pears: 7 thousand crates, says the port."
        # The post dialect has no expansion that reaches the author of a referenced post.
        assert rich.quoted.author_username == ("ilse_bakes" if dialect == TWEET.name else None)
        assert (rich.media[0].alt_text, rich.media[0].description) == ("A crane", "A crane at dusk")
        assert (rich.suggested_sources[0].count, rich.note_requests[0].suggestion) == (3, "Check the figure")
        assert rich.metrics["retweet_count"] == 2

        assert isinstance(await client.evaluate(rich.id, "A fact. https://port.example/figures"), float)
        note = NoteSubmission.model_validate(submission(rich.id))
        note_id = await client.create(note)
        with pytest.raises(DuplicateNote) as standing:
            await client.create(note)
        assert standing.value.note_id == note_id
        [written] = [item async for item in client.written(test_mode=True)]
        assert (int(written.id), written.info.post_id, written.status) == (note_id, str(rich.id), "")
        assert written.scoring_status is not None
        assert not written.scoring_status.has_access
        assert await client.delete(note_id)
        assert not await client.delete(note_id)


async def test_refusals_are_understood(served: Served) -> None:
    async with NotesClient(served.url, oauth1(served)) as client:
        too_long = submission(served.post_ids[0], text="x" * 300 + " https://a.example")
        with pytest.raises(InvalidRequest, match="280 characters"):
            await client.create(NoteSubmission.model_validate(too_long))
        with pytest.raises(Forbidden):
            await client.create(
                NoteSubmission.model_validate(submission(served.post_ids[0], test_mode=False))
            )
    async with NotesClient(served.url, oauth1(served, consumer_secret="wrong")) as client:
        with pytest.raises(Unauthorized):
            await client.evaluate(int(served.post_ids[0]), "x")
