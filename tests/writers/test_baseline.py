from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.writers.test_checks import desk as bare_desk
from writers.builtin.baseline import BaselineWriter, shortened
from writers.builtin.retrievers import DocumentSearch, SuggestedSources
from writers.clock import DAY_MS
from writers.discovery import load_checks
from writers.plugin import Abstain, Desk, Document, Draft
from writers.protocol.notes import MisleadingTag
from writers.protocol.posts import Media, Post, SuggestedSource
from writers.protocol.text import MAX_NOTE_LENGTH, note_length

POSTED_MS = 1_750_000_000_000
STATS = "https://stats.example/"
PAGES = [
    Document(
        f"{STATS}talmond-{year}",
        "Results of the series “Public safety”.\n"
        f"In {year}, the number of burglaries in Talmond was {burglaries}.\n"
        f"For {year}, road deaths in Talmond are recorded as {deaths}.\nFigures are rounded.",
        f"Public safety: Talmond, {year}",
    )
    for year, burglaries, deaths in ((2021, "1,340", 31), (2022, "1,210", 27), (2023, "980", 22))
] + [
    Document(
        "https://talmond.example/register",
        "The mayor of Talmond is Olof Brandt.\nOn 4 May 1961 the river reached its highest level in Talmond.",
        "Talmond",
    ),
    Document(
        "https://pictures.example/7",
        "The picture shows a crowd wading through a flooded street beside a green clock tower in Orvik; it"
        " was taken on 18 March 2020 by Nils Aker.\nOriginal caption kept with the negative.",
        "Archive picture: a crowd wading through a flooded street beside a green clock tower",
    ),
    Document("https://orvik.example/register", "The mayor of Orvik is Pia Lund.", "Orvik"),
    Document(
        "https://weathercock.example/goose",
        "Talmond appoints goose as deputy.\nA working group has been set up.\n"
        "The Talmond Weathercock is a satirical magazine. All stories are invented.",
        "Talmond appoints goose as deputy",
    ),
]


def a_desk(documents: list[Document]) -> Desk:
    desk = bare_desk()
    pages = {document.url: document for document in documents}

    async def fetch(url: str) -> Document | None:
        document = pages.get(url)
        if document is not None:
            desk.evidence[url] = document
        return document

    retrievers = {"suggested_sources": SuggestedSources(), "documents": DocumentSearch(documents)}
    return Desk(
        clock=desk.clock,
        deadline_ms=0,
        fetch=fetch,
        retrievers=retrievers,
        evaluate=desk.evaluate,
        log=desk.log,
        evidence=desk.evidence,
    )


def a_post(text: str, lang: str = "en", **more: object) -> Post:
    return Post(id=1, text=text, created_at_ms=POSTED_MS, lang=lang, **more)  # type: ignore[arg-type]


FLOODED = Media(
    "1", "photo", alt_text="A crowd wading through a flooded street, green clock tower in the back"
)


@pytest.mark.parametrize(
    ("post", "quoted", "url", "tag"),
    [
        (
            a_post("2,900 burglaries in Talmond in 2022! Shocking."),
            "1,210",
            f"{STATS}talmond-2022",
            "factual_error",
        ),
        (
            a_post("EN 2022: 2.900 robos (burglaries) en Talmond", "es"),
            "1,210",
            f"{STATS}talmond-2022",
            "factual_error",
        ),
        (
            a_post("Burglaries in Talmond are at 1,340 now"),
            "980",
            f"{STATS}talmond-2023",
            "outdated_information",
        ),
        (
            a_post("Pia Lund is the mayor of Talmond."),
            "Olof Brandt",
            "https://talmond.example/register",
            "factual_error",
        ),
        (
            a_post("The river in Talmond reached its highest level on 12 July 1974"),
            "4 May 1961",
            "https://talmond.example/register",
            "factual_error",
        ),
        (
            a_post("This is Talmond right now", media=(FLOODED,)),
            "Orvik",
            "https://pictures.example/7",
            "missing_important_context",
        ),
        (
            a_post("Talmond has made a goose its deputy!"),
            "satirical",
            "https://weathercock.example/goose",
            "misinterpreted_satire",
        ),
        (
            a_post("Wow.", quoted=a_post("2,900 burglaries in Talmond in 2022")),
            "1,210",
            f"{STATS}talmond-2022",
            "factual_error",
        ),
    ],
)
async def test_what_a_page_contradicts_is_noted_with_its_sentence(
    post: Post, quoted: str, url: str, tag: str
) -> None:
    desk = a_desk(PAGES)
    answer = await BaselineWriter().draft(post, desk)
    assert isinstance(answer, Draft), answer
    assert quoted in answer.text
    assert answer.text.endswith(url)
    assert answer.sources == (url,)
    assert answer.misleading_tags == (MisleadingTag(tag),)
    assert [complaint for check in load_checks() for complaint in check.complaints(answer, post, desk)] == []


@pytest.mark.parametrize(
    "post",
    [
        a_post("1,210 burglaries in Talmond in 2022"),
        a_post("Around 1,200 burglaries in Talmond in 2022"),
        a_post("Burglaries in Talmond are at 980 now"),
        a_post("Olof Brandt is the mayor of Talmond."),
        a_post("The river in Talmond reached its highest level on May 4, 1961"),
        a_post("Orvik, March 2020", media=(FLOODED,)),
        a_post("Talmond deserves better than this mayor."),
        a_post("I MISS HOW TALMOND USED TO FEEL"),
        a_post("Talmond appoints goose as deputy", author_username="Weathercock_"),
        a_post("12,000 sheep in Farawaystan in 2022"),
        a_post("👀"),
        a_post(""),
    ],
)
async def test_what_is_right_or_undecided_gets_no_note(post: Post) -> None:
    answer = await BaselineWriter().draft(post, a_desk(PAGES))
    assert isinstance(answer, Abstain), answer
    assert answer.reason


async def test_a_fresh_picture_is_not_called_old() -> None:
    day = datetime.fromtimestamp((POSTED_MS - 2 * DAY_MS) / 1000, UTC)
    page = Document(
        "https://pictures.example/8",
        f"A crowd wading through a flooded street beside a green clock tower in Talmond, photographed on"
        f" {day.day} {day:%B} {day.year}.",
        "Archive picture: a crowd wading through a flooded street beside a green clock tower",
    )
    post = a_post("This is Talmond right now", media=(FLOODED,))
    assert isinstance(await BaselineWriter().draft(post, a_desk([page])), Abstain)


async def test_a_suggested_page_that_repeats_the_post_is_no_evidence_for_it() -> None:
    echo = Document(
        "https://uncensored.example/x",
        "There were 2,900 burglaries in Talmond in 2022.",
        "Talmond: the truth",
    )
    post = a_post(
        "There were 2,900 burglaries in Talmond in 2022.", suggested_sources=(SuggestedSource(echo.url, 9),)
    )
    desk = a_desk(PAGES)
    fetched = {echo.url: echo}

    async def fetch(url: str) -> Document | None:
        if url in fetched:
            desk.evidence[url] = fetched[url]
        return fetched.get(url)

    answer = await BaselineWriter().draft(post, replace(desk, fetch=fetch))
    assert isinstance(answer, Draft)
    assert answer.sources == (f"{STATS}talmond-2022",)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.text(max_size=80),
    st.lists(st.tuples(st.text(max_size=40), st.text(max_size=500)), max_size=3),
    st.sampled_from(["en", "es", "de", "ja", "", None]),
)
async def test_no_text_breaks_it_and_no_note_is_too_long(
    text: str, pages: list[tuple[str, str]], lang: str | None
) -> None:
    documents = [
        Document(
            f"https://p.example/{n}",
            f"{body}\nTalmond had {n + 7} ferries in 2022. {body}",
            f"Talmond {title}",
        )
        for n, (title, body) in enumerate(pages)
    ]
    post = a_post(f"Talmond had 99 ferries in 2022. {text}", lang)  # type: ignore[arg-type]
    answer = await BaselineWriter().draft(post, a_desk(documents))
    if isinstance(answer, Draft):
        assert note_length(answer.text) <= MAX_NOTE_LENGTH


def test_a_long_sentence_is_cut_between_words() -> None:
    assert shortened("one two three", 13) == "one two three"
    assert shortened("one two, three", 10) == "one two…"
    assert len(shortened("x" * 400, 100)) <= 100
