"""Which pages may be cited, and which parts of them models are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.writers.builtin.researched.conftest import CARRIED, Bench, a_post
from tests.writers.builtin.researched.models import criticism, fenced, proposal
from tests.writers.desks import desk
from writers.builtin.researched.case import Case
from writers.builtin.researched.evidence import is_citable
from writers.builtin.researched.passages import PASSAGE_LENGTH, PER_PAGE, Passage, passages_from
from writers.builtin.researched.questions import MAX_QUESTIONS
from writers.builtin.researched.wording import sources_of
from writers.plugin import Document, Fetch
from writers.protocol.posts import Post

QUESTION = "How many passengers did the ferries carry?"


class Shelf:
    """A retriever with pages at hand, whatever is asked."""

    name = "shelf"

    def __init__(self, *documents: Document) -> None:
        self.documents = documents
        self.queries: list[str] = []

    async def retrieve(self, post: Post, query: str, *, fetch: Fetch, limit: int) -> Sequence[Document]:
        self.queries.append(query)
        return self.documents[:limit]


@pytest.mark.parametrize(
    ("url", "citable"),
    [
        ("https://a.example/x_(y)?q=1&z=%20#part", True),
        ("http://a.example", True),
        ("https://a.example/x).", False),
        ("https://a.example/x y", False),
        ("https://user@a.example/", False),
        ("http://127.0.0.1/admin", False),
        ("http://[::1]/admin", False),
        ("https://a.example:6379/", False),
        ("ftp://a.example/x", False),
        ("file:///etc/passwd", False),
        ("a.example/x", False),
        ("", False),
    ],
)
async def test_addresses_that_can_be_cited(bench: Bench, url: str, citable: bool) -> None:
    assert is_citable(url) == citable
    bench.retrievers = {"shelf": Shelf(Document(url, CARRIED))}
    answer = await bench.draft(a_post(suggested_sources=()), drafts=1, web_searches=0)
    if citable:
        assert getattr(answer, "sources", None) == (url,)
    else:
        assert getattr(answer, "reason", None) == "no source found"


async def test_pages_without_words_are_no_source(bench: Bench) -> None:
    bench.retrievers = {"shelf": Shelf(Document("https://a.example/", " \n "))}
    assert await bench.abstains(web_searches=0) == "no source found"
    bench.retrievers = {"shelf": Shelf(Document("https://a.example/", "x" * 1_000))}
    assert "no words" in await bench.abstains(web_searches=0)


async def test_questions_hold_no_addresses(bench: Bench) -> None:
    shelf = Shelf(Document("https://a.example/", CARRIED))
    bench.retrievers = {"shelf": shelf}
    asked = ["Look at https://trap.example/?q=ferries and @harbour", "Ferries?", "Ferries?"]
    assert len(asked) == MAX_QUESTIONS
    bench.scripted.replies["questions"] = {"questions": asked}
    await bench.draft(a_post("Ferries carried 97,000"), drafts=1)
    assert shelf.queries == ["Ferries carried 97,000", "Look at and", "Ferries?"]


async def test_what_a_search_told_of_a_page_can_be_quoted(bench: Bench) -> None:
    verdict = "Rated false by the harbour office: the ferries carried far fewer passengers."
    bench.retrievers = {"shelf": Shelf(Document("https://a.example/", "A long story.", excerpt=verdict))}
    bench.scripted.replies["draft"] = proposal(note=verdict)
    bench.scripted.replies["critic"] = lambda asked: criticism(asked)
    assert (await bench.drafts(drafts=1)).text == f"{verdict} https://a.example/"
    assert verdict in fenced(bench.scripted.asked["critic"][0], "passages")[0]


def a_page(name: str, sentences: int, about: str) -> Document:
    text = "\n".join(f"Sentence {n} of {name} tells of {about} and their weather." for n in range(sentences))
    return Document(f"https://{name}.example/", text, title=name)


def test_sources_stand_in_the_order_of_the_note() -> None:
    first, second, third = (Passage(a_page(name, 1, "ferries"), "text") for name in ("one", "two", "three"))
    again = replace(first, document=replace(first.document, url=f"{first.document.url}#part"))
    urls = (first.document.url, second.document.url)
    assert sources_of([first, second, again, first, third]) == urls


def test_passages_are_bounded_and_every_page_gets_its_turn() -> None:
    case = Case(a_post(), desk(), "")
    pages = [a_page("ferries", 200, "ferries and passengers"), a_page("lejos", 200, "otra cosa")]
    chosen = passages_from(case, pages, [QUESTION], most=50)
    assert [passage.document.url for passage in chosen[:PER_PAGE]] == [pages[0].url] * PER_PAGE
    assert [passage.document.url for passage in chosen[PER_PAGE:]] == [pages[1].url]
    assert all(len(passage.text) <= PASSAGE_LENGTH for passage in chosen)
    assert all(line in passage.document.text for passage in chosen for line in passage.text.splitlines())
    assert len(passages_from(case, pages, [QUESTION], most=3)) == 3
    assert passages_from(case, [], [QUESTION], most=3) == []
