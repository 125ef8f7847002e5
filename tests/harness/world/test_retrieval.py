"""Finding the page that decides is a real task: plain BM25 neither always nor hardly ever finds it."""

from __future__ import annotations

from harness.world import ClaimKind, World
from writers.builtin.retrievers import DocumentSearch
from writers.builtin.terms import without_decoration
from writers.protocol.posts import Post


def _query(post: Post) -> str:
    seen = [item.alt_text or item.description or "" for item in post.media]
    quoted = [post.quoted.text] if post.quoted else []
    return without_decoration(" ".join([post.text, *seen, *quoted]))


def test_bm25_finds_the_decisive_page_often_but_not_always(world: World) -> None:
    search = DocumentSearch(world.documents())
    first, among_ten, asked = 0, 0, 0
    by_kind = dict.fromkeys(ClaimKind, 0)
    for post in world.posts:
        decisive = set(post.truth.decisive_urls)
        if not decisive:
            continue
        found = [document.url for document in search.best(_query(post.post), 10)]
        asked += 1
        first += found[0] in decisive
        among_ten += not decisive.isdisjoint(found)
        by_kind[post.truth.kind] += not decisive.isdisjoint(found)
    assert 0.55 < first / asked < 0.88
    assert first / asked + 0.05 < among_ten / asked < 0.98
    assert all(count for kind, count in by_kind.items() if kind is not ClaimKind.OPINION)
