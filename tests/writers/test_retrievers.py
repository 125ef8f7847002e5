from __future__ import annotations

import json
import logging
import os
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.writers.desks import desk, no_web
from writers.builtin.retrievers import DocumentFolder, DocumentSearch, SuggestedSources, read_documents
from writers.builtin.terms import terms, without_decoration
from writers.errors import BadInputError, RetrievalFailed
from writers.plugin import Document, Fetch
from writers.protocol.posts import NoteRequest, Post, SuggestedSource

POST = Post(id=1, text="", created_at_ms=0)


async def test_suggested_pages_come_most_suggested_first_and_once() -> None:
    asked: list[str] = []

    async def fetch(url: str) -> Document | None:
        asked.append(url)
        return None if "gone" in url else Document(url, "text")

    post = Post(
        id=1,
        text="https://in.example/post",
        created_at_ms=0,
        suggested_sources=(
            SuggestedSource("https://few.example/", 1),
            SuggestedSource("https://gone.example/", 2),
            SuggestedSource("https://many.example/a", 9),
        ),
        note_requests=(NoteRequest(1, "see https://few.example", "https://asked.example/"),),
    )
    pages = await SuggestedSources().retrieve(post, "", fetch=fetch, limit=10)
    assert asked == [
        "https://many.example/a",
        "https://gone.example/",
        "https://few.example/",
        "https://in.example/post",
        "https://asked.example/",
    ]
    assert [page.url for page in pages] == [url for url in asked if "gone" not in url]
    assert len(await SuggestedSources().retrieve(post, "", fetch=fetch, limit=1)) == 1


async def test_documents_are_found_by_their_words_in_any_script() -> None:
    documents = [
        Document("https://a.example/", "The harbour had 12 ferries in 2019.", "Ferries"),
        Document("https://b.example/", "Der Hafen hatte 2019 zwölf Fähren.", "Fähren"),
        Document("https://c.example/", "港には十二隻のフェリーがある。", "フェリー"),
        Document("https://d.example/", "Nothing of the kind.", ""),
    ]
    search = DocumentSearch(documents)

    async def best(query: str) -> list[str]:
        return [page.url[8] for page in await search.retrieve(POST, query, fetch=no_web, limit=2)]

    assert (await best("ferry at the HARBOUR"))[0] == "a"
    assert (await best("faehren fahren Fähre"))[0] == "b"
    assert await best("フェリー") == ["c"]
    assert await best("zebra") == []
    assert await best("") == []
    assert {page.url[8] for page in search.best("2019", 5)} == {"a", "b"}


async def test_no_documents_are_a_folder_too(tmp_path: Path) -> None:
    for search in (
        DocumentSearch([]),
        DocumentSearch([Document("https://a.example/", "…")]),
        DocumentFolder(tmp_path),
    ):
        assert search.best("anything", 5) == []


def test_a_folder_holds_documents_of_every_kind(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    lines = [{"url": f"https://j.example/{n}", "text": f"line {n}", "title": "T"} for n in (1, 2)]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n\n", encoding="utf-8")
    (tmp_path / "sub" / "b.md").write_text(
        "URL: https://m.example/\n# Heading\nmarkdown line\n", encoding="utf-8"
    )
    (tmp_path / "c.html").write_text(
        '<head><link rel="canonical" href="https://h.example/"><title>H</title></head><p>hyper line</p>'
    )
    (tmp_path / "ignored.png").write_bytes(b"\x89PNG")
    folder = DocumentFolder(tmp_path)
    found = {page.url: page for page in folder.best("line", 10)}
    assert set(found) == {
        "https://j.example/1",
        "https://j.example/2",
        "https://m.example/",
        "https://h.example/",
    }
    assert (found["https://m.example/"].title, found["https://m.example/"].text) == (
        "Heading",
        "markdown line",
    )
    assert found["https://h.example/"].text == "hyper line"


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.jsonl", '{"url": "https://a.example/", "text": "x"}\n{"url": ', "a.jsonl, line 2: not JSON"),
        ("a.jsonl", "[1]", "line 1: not an object"),
        ("a.jsonl", '{"url": "https://a.example/"}', "line 1, field 'text': must be a text"),
        (
            "a.jsonl",
            '{"url": "https://a.example/", "text": "x", "title": 1}',
            "field 'title': must be a text",
        ),
        ("a.jsonl", '{"url": "a.example", "text": "x"}', "field 'url': must be an address"),
        ("b.txt", "Title\ntext", "b.txt, line 1: must state the document's address"),
        ("b.txt", "URL: none\ntext", "field 'url'"),
        ("c.html", "<p>x</p>", "c.html: must state the document's address"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_place(
    tmp_path: Path, name: str, content: str, told: str
) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(BadInputError) as caught:
        DocumentFolder(tmp_path)
    assert told in str(caught.value)


@pytest.mark.parametrize("change", ["longer", "gone", "other words"])
def test_a_file_that_changed_after_it_was_indexed_is_named(tmp_path: Path, change: str) -> None:
    file = tmp_path / "a.jsonl"
    lines = [json.dumps({"url": f"https://a.example/{n}", "text": f"line {n}"}) for n in range(3)]
    file.write_text("\n".join(lines), encoding="utf-8")
    folder = DocumentFolder(file)
    assert [page.url for page in folder.best("line", 2)] == ["https://a.example/0", "https://a.example/1"]
    if change == "gone":
        file.unlink()
    elif change == "longer":
        file.write_text("\n".join(["", *lines]), encoding="utf-8")
    else:
        file.write_text("\n".join(lines).replace("line", "lion"), encoding="utf-8")
        os.utime(file, ns=(0, 0))
    with pytest.raises(RetrievalFailed, match=r"a\.jsonl was changed after it was indexed"):
        folder.best("line", 2)


@given(
    st.lists(st.text(st.sampled_from("ab ä港\u2028\r"), min_size=1, max_size=8), min_size=1, max_size=8),
    st.booleans(),
)
def test_a_document_of_a_jsonl_file_is_found_where_it_stands(texts: list[str], windows: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "a.jsonl"
        end = "\r\n" if windows else "\n"
        documents = [Document(f"https://a.example/{n}", f"{n + 1000} {text}") for n, text in enumerate(texts)]
        lines = [json.dumps(asdict(document), ensure_ascii=False) for document in documents]
        file.write_bytes(("\ufeff" + f"{end}{end}".join(lines)).encode())
        found = DocumentFolder(file)
        assert len(found) == len(texts)
        assert list(read_documents(file)) == documents
        for number, document in enumerate(documents):
            best = found.best(f"{number + 1000}", 1)
            assert best == [document]


def test_only_a_file_of_documents_is_one(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("url,text")
    with pytest.raises(BadInputError, match=r"must end in \.jsonl, \.txt, \.md, \.html, \.htm"):
        DocumentFolder(file)


def test_bytes_that_are_no_text_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"URL: https://a.example/\n\xff\xfe")
    with pytest.raises(BadInputError, match="UTF-8"):
        DocumentFolder(tmp_path)
    with pytest.raises(BadInputError, match="no such file"):
        DocumentFolder(tmp_path / "none")


def test_terms_fold_case_accents_and_endings() -> None:
    assert terms("Población POBLACION") == ["poblac", "poblac"]
    assert terms("1,200.5 in 03.05.2001") == ["1,200.5", "in", "03.05.2001", "2001"]
    assert terms("a フェリー") == ["フェ", "ェリ", "リー"]


def test_decoration_is_no_part_of_a_claim() -> None:
    text = "@who Look #OldHarbour12 https://t.example/x now"
    assert without_decoration(text).split() == ["Look", "Old", "Harbour12", "now"]


class Broken:
    """A search that cannot be asked."""

    name = "broken"

    async def retrieve(self, post: Post, query: str, *, fetch: Fetch, limit: int) -> Sequence[Document]:
        raise RetrievalFailed("broken answered HTTP 403: no")


async def test_a_search_that_fails_is_told_and_the_others_are_asked(
    caplog: pytest.LogCaptureFixture,
) -> None:
    page = Document("https://a.example/", "Twelve ferries.")
    laid = replace(desk(), retrievers={"broken": Broken(), "documents": DocumentSearch([page])})
    with caplog.at_level(logging.WARNING):
        assert await laid.retrieve(POST, "ferries") == [page]
    assert "retriever broken: broken answered HTTP 403: no" in caplog.text
    assert laid.evidence == {page.url: page}


async def test_where_a_search_failed_and_no_other_found_a_thing_it_is_not_known_that_there_is_nothing() -> (
    None
):
    laid = replace(desk(), retrievers={"documents": DocumentSearch([]), "broken": Broken()})
    with pytest.raises(RetrievalFailed, match="HTTP 403"):
        await laid.retrieve(POST, "ferries")
