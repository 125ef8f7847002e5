"""A world from a seed: the same again, right where it says so, and silent about truth on the wire."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from itertools import pairwise
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.world import ClaimKind, PageKind, World, build_world, default_settings
from harness.world.world import WorldPost
from tests.harness.world.conftest import START_MS
from writers.clock import DAY_MS, HOUR_MS
from writers.protocol.posts import FeedPage, WirePost
from writers.protocol.snowflakes import created_at_ms

FACTUAL = frozenset(ClaimKind) - {ClaimKind.OPINION}


def _digest(world: World) -> str:
    digest = hashlib.sha256(world.name.encode())
    for post in world.posts:
        digest.update(post.wire.model_dump_json().encode())
        digest.update(post.includes.model_dump_json().encode())
        digest.update(repr((post.arrived_at_ms, post.feed_size, post.truth)).encode())
    for url, page in world.pages.items():
        digest.update(f"{url}{page.status}{page.redirect_to}{page.html}".encode())
    return digest.hexdigest()


def _wire(post: WorldPost) -> str:
    return post.wire.model_dump_json() + post.includes.model_dump_json()


def test_one_seed_one_world() -> None:
    first, again, other = (
        build_world(seed, start_ms=START_MS, days=2, posts_per_day=30) for seed in (5, 5, 6)
    )
    assert _digest(first) == _digest(again)
    assert _digest(first) != _digest(other)
    assert first.name != other.name


def test_posts_come_in_order_with_a_rhythm(world: World) -> None:
    arrivals = [post.arrived_at_ms for post in world.posts]
    assert all(earlier < later for earlier, later in pairwise(arrivals))
    assert arrivals[0] >= START_MS
    assert arrivals[-1] < START_MS + 5 * DAY_MS
    assert Counter((at - START_MS) // DAY_MS for at in arrivals) == dict.fromkeys(range(5), 120)
    hours = Counter((at // HOUR_MS) % 24 for at in arrivals)
    assert sum(hours[h] for h in range(13, 21)) > 2 * sum(hours[h] for h in range(1, 9))


def test_ids_tell_when_a_post_was_written(world: World) -> None:
    assert len({post.id for post in world.posts}) == len(world.posts)
    for post in world.posts:
        assert post.wire.created_at is not None
        assert created_at_ms(post.id) == post.post.created_at_ms < post.arrived_at_ms
        for request in post.post.note_requests:
            assert post.post.created_at_ms <= created_at_ms(request.id) <= post.arrived_at_ms


def test_shares_are_the_settings(world: World) -> None:
    kinds = Counter(post.truth.kind for post in world.posts)
    asked = default_settings().kinds
    for kind, share in asked.items():
        assert kinds[kind] == pytest.approx(share * len(world.posts) / sum(asked.values()), abs=1)
    misleading = sum(post.truth.misleading for post in world.posts) / len(world.posts)
    assert 0.45 < misleading < 0.6
    languages = Counter(post.wire.lang for post in world.posts)
    for code, share in default_settings().languages.items():
        assert languages[code] / len(world.posts) == pytest.approx(share, abs=0.08)


def test_small_feed_holds_what_is_most_asked_for(world: World) -> None:
    sizes = Counter(post.feed_size for post in world.posts)
    assert {size: count / len(world.posts) for size, count in sizes.items()} == pytest.approx(
        dict(default_settings().feeds), abs=0.01
    )
    reach = {
        size: sorted(post.truth.reach for post in world.posts if post.feed_size == size) for size in sizes
    }
    medians = [reach[size][len(reach[size]) // 2] for size in ("small", "large", "xl", "xxl")]
    assert medians == sorted(medians, reverse=True)


def test_reach_is_heavy_tailed(world: World) -> None:
    reach = sorted((post.truth.reach for post in world.posts), reverse=True)
    assert sum(reach[: len(reach) // 10]) > 0.4 * sum(reach)


def test_right_values_stand_on_every_decisive_page(world: World) -> None:
    for post in world.posts:
        truth = post.truth
        if truth.kind not in FACTUAL:
            assert truth.decisive_urls == truth.right_values == ()
            continue
        assert truth.decisive_urls
        assert len(set(truth.decisive_urls)) == len(truth.decisive_urls)
        for url in truth.decisive_urls:
            page = world.page(url)
            assert page is not None
            assert page.alive
            assert truth.states_right_value(f"{page.title}\n{page.text}"), (truth, page.text)


def test_what_is_wrong_stands_in_the_post(world: World) -> None:
    for post in world.posts:
        truth = post.truth
        assert (truth.wrong is not None) == truth.misleading
        if truth.wrong is None:
            continue
        said = [post.post.text, *(item.alt_text or "" for item in post.post.media)]
        if post.post.quoted:
            said.append(post.post.quoted.text)
        assert any(truth.wrong.casefold() in text.casefold() for text in said)


def test_explanations_tell_people_what_is_so(world: World) -> None:
    for post in world.posts:
        truth = post.truth
        assert (truth.explanation is not None) == truth.misleading
        assert truth.explanation is None or truth.states_right_value(truth.explanation)


def test_a_wrong_claim_does_not_state_what_is_right(world: World) -> None:
    figures = {ClaimKind.WRONG_NUMBER, ClaimKind.WRONG_DATE, ClaimKind.WRONG_ATTRIBUTION, ClaimKind.OUTDATED}
    for post in world.posts:
        if post.truth.kind in figures:
            assert post.truth.wrong is not None
            assert post.truth.wrong not in post.truth.right_values


def test_truth_is_not_on_the_wire(world: World) -> None:
    private = {"divisiveness", "lean", "decisive", "truth", "right_values", "feed_size", "topic", "kind"}
    names = {kind.value for kind in ClaimKind if "_" in kind.value}

    def keys(value: object) -> set[str]:
        if isinstance(value, dict):
            return set(value).union(*map(keys, value.values()))
        return set().union(*map(keys, value)) if isinstance(value, list) else set()

    for post in world.posts:
        payload = _wire(post)
        assert not any(name in payload for name in names)
        assert not private & keys(json.loads(post.wire.model_dump_json()))
        assert not private & keys(json.loads(post.includes.model_dump_json()))


def test_wire_is_complete(world: World) -> None:
    for post in world.posts:
        wire = WirePost.model_validate_json(post.wire.model_dump_json(exclude_none=True))
        assert wire.id == post.wire.id
        page = FeedPage(data=(post.wire,), includes=post.includes)
        users = {user.id for user in page.includes.users}
        media = {item.media_key for item in page.includes.media}
        tweets = {item.id for item in page.includes.tweets}
        assert post.wire.author_id in users
        assert {item.author_id for item in page.includes.tweets} <= users
        assert {reference.id for reference in post.wire.referenced_tweets} == tweets
        attached = set(post.wire.attachments.media_keys) if post.wire.attachments else set()
        assert attached <= media
        for entity in (post.wire.model_extra or {}).get("entities", {}).get("urls", ()):
            assert post.wire.text[entity["start"] : entity["end"]] == entity["url"]


def test_posts_are_of_many_shapes(world: World) -> None:
    posts = [post.post for post in world.posts]
    assert any(post.quoted for post in posts)
    assert any(post.replied_to for post in posts)
    assert {item.type for post in posts for item in post.media} == {"photo", "video", "animated_gif"}
    assert any(item.description and not item.alt_text for post in posts for item in post.media)
    assert any(post.matched_media_notes for post in posts)
    assert any(post.suggested_sources for post in posts)
    assert any(request.source_url for post in posts for request in post.note_requests)
    long = [post.wire for post in world.posts if post.wire.note_tweet]
    assert long
    for wire in long:
        assert wire.note_tweet is not None
        assert len(wire.note_tweet.text) > 280 >= len(wire.text.split(" https://")[0])
    orders = ("SYSTEM", "<script>", "INST", "instruc", "Anweisungen", "fact-checking model")
    assert any(order in post.text for post in posts for order in orders)


def test_every_host_is_a_reserved_name(world: World) -> None:
    urls = [
        *world.pages,
        *(page.redirect_to for page in world.pages.values() if page.redirect_to),
        *(source.url for post in world.posts for source in post.post.suggested_sources),
        *(item.url for post in world.posts for item in post.post.media if item.url),
    ]
    assert {(urlsplit(url).hostname or "").rpartition(".")[2] for url in urls} <= {"example", "test"}


def test_documents_are_the_readable_reliable_pages(world: World) -> None:
    documents = {document.url: document for document in world.documents()}
    for url, document in documents.items():
        page = world.pages[url]
        assert page.reliable
        assert page.alive
        assert page.redirect_to is None
        assert document.text
    found = {post.truth.kind for post in world.posts if documents.keys() & set(post.truth.decisive_urls)}
    assert found == FACTUAL


def test_cited_tells_where_urls_lead(world: World) -> None:
    post = next(p for p in world.posts if p.truth.misleading and p.truth.kind is ClaimKind.WRONG_NUMBER)
    decisive = post.truth.decisive_urls[0]
    other = next(
        u
        for u, p in world.pages.items()
        if p.kind is PageKind.OFFICIAL
        and u not in post.truth.decisive_urls
        and p.status == 200
        and not p.slow
    )
    rumour = next(u for u, p in world.pages.items() if p.kind is PageKind.UNRELIABLE and p.alive)
    slow = next(u for u, p in world.pages.items() if p.slow)
    gone = next(u for u, p in world.pages.items() if p.status == 404)
    nowhere = "https://nowhere.example/"
    cited = world.cited([decisive, f"{decisive}/.", other, rumour, slow, gone, nowhere], post_id=post.id)
    assert cited.decisive == (decisive, f"{decisive}/.")
    assert cited.reliable == (other,)
    assert cited.unreliable == (rumour,)
    assert cited.dead == (slow, gone, nowhere)
    assert world.cited([decisive]).reliable == (decisive,)
    assert world.find(post.id).truth is world.truth(post.id)
    with pytest.raises(KeyError):
        world.truth(1)


def test_an_old_address_of_a_decisive_page_decides(world: World) -> None:
    moved = {page.redirect_to: url for url, page in world.pages.items() if page.redirect_to}
    post, url = next((p, u) for p in world.posts for u in p.truth.decisive_urls if u in moved)
    assert world.cited([moved[url]], post_id=post.id).decisive == (moved[url],)


@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 2**63), days=st.integers(1, 3), posts=st.integers(1, 8), start=st.integers(0, 3_650)
)
def test_small_worlds_hold_together(seed: int, days: int, posts: int, start: int) -> None:
    start_ms = START_MS + start * DAY_MS + seed % DAY_MS
    world = build_world(seed, start_ms=start_ms, days=days, posts_per_day=posts)
    assert len(world.posts) == days * posts
    for post in world.posts:
        assert start_ms <= post.arrived_at_ms < start_ms + days * DAY_MS
        for url in post.truth.decisive_urls:
            page = world.pages[url]
            assert page.published_at_ms < post.arrived_at_ms
            assert post.truth.states_right_value(page.text)


@pytest.mark.parametrize(("days", "posts"), [(0, 5), (5, 0)])
def test_a_world_without_posts_is_refused(days: int, posts: int) -> None:
    with pytest.raises(ValueError, match="at least one day and one post"):
        build_world(1, start_ms=START_MS, days=days, posts_per_day=posts)
