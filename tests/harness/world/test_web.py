"""The web of a world answers as its pages would."""

from __future__ import annotations

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from harness.world import World
from writers.protocol.text import find_urls


def _client(world: World, *, follow: bool = False) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=world.transport(), follow_redirects=follow)


async def test_every_suggested_url_answers_as_declared(world: World) -> None:
    urls = {source.url for post in world.posts for source in post.post.suggested_sources}
    outcomes: set[object] = set()
    async with _client(world) as client:
        for url in sorted(urls):
            page = world.pages[url]
            if page.slow:
                with pytest.raises(httpx.ReadTimeout):
                    await client.get(url)
                outcomes.add("slow")
                continue
            answer = await client.get(url)
            assert answer.status_code == page.status
            assert answer.headers.get("location") == page.redirect_to
            outcomes.add(answer.status_code)
    assert outcomes > {"slow", 200, 404}
    assert outcomes & {301, 302, 308}


async def test_redirects_lead_to_a_page(world: World) -> None:
    moved = [page for page in world.pages.values() if page.redirect_to]
    async with _client(world, follow=True) as client:
        for page in moved:
            answer = await client.get(page.url)
            assert answer.status_code == 200
            assert str(answer.url) == page.redirect_to


async def test_html_says_what_the_page_says(world: World) -> None:
    async with _client(world) as client:
        for document in list(world.documents())[::25]:
            tree = LexborHTMLParser((await client.get(document.url)).text)
            heading, article = tree.css_first("h1"), tree.css_first("article")
            assert heading is not None
            assert article is not None
            assert heading.text() == document.title
            told = [node.text() for node in article.css("p")[1:]]
            rows = [f"{row.css('th')[0].text()}: {row.css('td')[0].text()}" for row in article.css("tr")]
            assert "\n".join([*told, *rows]) == document.text
            assert tree.css_first("nav") is not None


async def test_short_links_of_shared_pages_lead_there(world: World) -> None:
    shared = [post for post in world.posts if any(s.url in world.pages for s in find_urls(post.post.text))]
    assert shared
    async with _client(world, follow=True) as client:
        for post in shared:
            url = next(span.url for span in find_urls(post.post.text) if span.url in world.pages)
            assert (await client.get(url)).status_code == 200


async def test_hosts_and_paths_that_are_nowhere(world: World) -> None:
    known = httpx.URL(next(iter(world.pages)))
    async with _client(world) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get("https://nowhere.example/")
        assert (await client.get(known.copy_with(path="/no/such/page"))).status_code == 404
        assert (await client.head(known)).content == b""
        plain = await client.get(known.copy_with(scheme="http"))
        assert (plain.status_code, plain.headers["location"]) == (301, str(known))
        tracked = known.copy_with(query=b"utm_source=post", fragment="part")
        assert (await client.get(tracked)).status_code == 200


async def test_texts_are_escaped_in_html() -> None:
    from harness.world.page import Page, PageKind

    page = Page("https://a.example/", "<b>&", PageKind.PRESS, "en", 0, ("<script>alert(1)</script>",))
    assert "<script>" not in page.html
    assert "&lt;b&gt;&amp;" in page.html
