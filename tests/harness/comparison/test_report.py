"""The page and the tables: inert, self-contained, within their width, sensible for every comparison."""

from __future__ import annotations

import base64
import hashlib
import re
from decimal import Decimal
from io import StringIO

import pytest
from rich.console import Console
from selectolax.lexbor import LexborHTMLParser

from harness.comparison import selection
from harness.comparison.document import Answer, Comparison, Cost, PostAnswers
from harness.comparison.html import render
from harness.comparison.terminal import comparison_tables
from tests.harness.report.test_html import HOSTILE
from writers.protocol.notes import Status


def tree(page: str) -> LexborHTMLParser:
    return LexborHTMLParser(page)


def shown(comparison: Comparison, width: int = 80) -> str:
    out = StringIO()
    Console(file=out, width=width, color_system=None).print(comparison_tables(comparison))
    return out.getvalue()


@pytest.fixture(scope="module")
def page(comparison: Comparison) -> str:
    return render(comparison)


def with_texts(comparison: Comparison, text: str) -> Comparison:
    """The same with `text` wherever strangers and plugins may write."""
    writers = tuple(
        writer.model_copy(
            update={
                "plugin": text,
                "season": writer.season.model_copy(
                    update={"name": f"{text} {number}" if number else text, "limit_reason": text}
                ),
                "abstained": writer.abstained.model_copy(
                    update={
                        "told": tuple(
                            reason.model_copy(update={"text": text}) for reason in writer.abstained.told
                        )
                    }
                ),
            }
        )
        for number, writer in enumerate(comparison.writers)
    )
    names = dict(
        zip(
            (writer.season.name for writer in comparison.writers),
            (writer.season.name for writer in writers),
            strict=True,
        )
    )

    def answer(one: Answer) -> Answer:
        said = {"reason": text if one.reason else "", "text": text if one.text else one.text}
        complaints = (text,) if one.complaints else ()
        sources = (text,) if one.sources else ()
        return one.model_copy(
            update={**said, "complaints": complaints, "sources": sources, "writer": names[one.writer]}
        )

    return comparison.model_copy(
        update={
            "scenario": text,
            "writers": writers,
            "events": (text,),
            "pairs": tuple(
                pair.model_copy(update={"first": names[pair.first], "second": names[pair.second]})
                for pair in comparison.pairs
            ),
            "answers": tuple(
                post.model_copy(update={"text": text, "answers": tuple(map(answer, post.answers))})
                for post in comparison.answers[:40]
            ),
        }
    )


def test_it_runs_nothing_and_fetches_nothing(page: str) -> None:
    nodes = tree(page).css("*")
    assert not {node.tag for node in nodes} & {"script", "iframe", "object", "embed", "img", "image", "base"}
    for node in nodes:
        for name, value in node.attributes.items():
            assert not name.startswith("on")
            assert name != "style"
            if name in ("href", "src", "xlink:href", "srcset", "action"):
                assert value == "data:," or (value or "").startswith("#"), (node.tag, name, value)


def test_its_policy_allows_only_its_own_style(page: str) -> None:
    policy = tree(page).css_first("meta[http-equiv]").attributes["content"] or ""
    style = tree(page).css_first("style").text()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert "default-src 'none'" in policy
    assert f"style-src 'sha256-{digest}'" in policy
    assert set(re.findall(r"var\(--([a-z-]+)\)", page)) <= set(re.findall(r"--([a-z-]+):", style))


def test_every_link_leads_to_one_place(page: str) -> None:
    ids = [node.attributes["id"] for node in tree(page).css("[id]")]
    links = {(node.attributes["href"] or "")[1:] for node in tree(page).css("a")}
    assert len(ids) == len(set(ids))
    assert links <= set(ids)


def test_every_chart_has_words_and_a_table(page: str) -> None:
    figures = tree(page).css("figure")
    assert len(figures) >= 6
    for figure in figures:
        assert figure.css_first(".chart svg").attributes["aria-label"]
        assert figure.css("table tbody tr")


def test_every_post_tells_what_each_writer_said(page: str, comparison: Comparison) -> None:
    posts = tree(page).css("details.post")
    assert 0 < len(posts) <= selection.POSTS_TOLD
    names = [writer.season.name for writer in comparison.writers]
    for post in posts:
        assert [node.text() for node in post.css(".answer h5")] == names


def test_the_figures_are_the_document_s(page: str, comparison: Comparison) -> None:
    cells = [
        [cell.text() for cell in row.css("td")]
        for row in tree(page).css_first("#figures table").css("tbody tr")
    ]
    for row, writer in zip(cells, comparison.writers, strict=True):
        assert row[0] == str(writer.posts_handed)
        assert row[1] == str(writer.season.attempts.get("abstained", 0))
        assert row[2] == str(writer.season.attempts.get("refused", 0))
    assert "It asked no language model." in page
    assert "Time a post" in page


def test_without_time_there_is_no_word_of_it(comparison: Comparison) -> None:
    assert "Time a post" not in render(comparison.without_time())
    assert "Time" not in shown(comparison.without_time())


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_shown_as_text(comparison: Comparison, text: str) -> None:
    def structure(page: str) -> list[str]:
        return [node.tag for node in tree(page).css("*")]

    hostile = render(with_texts(comparison, text))
    assert structure(hostile) == structure(render(with_texts(comparison, "harmless")))
    assert text.replace("\0", "") in tree(hostile).css_first(".answer blockquote").text()
    table = shown(with_texts(comparison, text))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", table)


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("name", ["w", "a-writer-with-a-rather-long-name-of-sixty-characters-in-all"])
def test_tables_keep_to_the_terminal_s_width(comparison: Comparison, width: int, name: str) -> None:
    lines = shown(with_texts(comparison, name), width).splitlines()
    assert max(map(len, lines)) <= width
    assert not any("…" in line for line in lines if "better" in line or "handed" in line)


def test_a_cost_that_is_not_known_is_called_so(comparison: Comparison) -> None:
    def costing(cost: Cost) -> Comparison:
        first = comparison.writers[0].model_copy(update={"cost": cost})
        return comparison.model_copy(update={"writers": (first, *comparison.writers[1:])})

    unknown = costing(
        Cost(calls=7, unpriced_calls=7, usd=Decimal(0), usd_a_note=None, usd_a_helpful_note=None)
    )
    assert "unknown" in shown(unknown)
    partly = costing(
        Cost(calls=7, unpriced_calls=2, usd=Decimal("1.5"), usd_a_note=None, usd_a_helpful_note=None)
    )
    assert "≥ $1.50" in shown(partly)
    assert "the price of 2 is not known, the others cost $1.50" in " ".join(shown(partly).split())
    known = costing(
        Cost(
            calls=7,
            unpriced_calls=0,
            usd=Decimal("1.5"),
            usd_a_note=Decimal("0.0031415"),
            usd_a_helpful_note=None,
        )
    )
    assert "$0.0031" in shown(known)


def test_posts_that_tell_writers_apart_come_first(comparison: Comparison) -> None:
    def fated(post: PostAnswers, *statuses: Status) -> PostAnswers:
        answers = list(post.answers)
        live = [i for i, one in enumerate(answers) if one.note is not None and not one.test_mode]
        for i, status in zip(live, statuses, strict=True):
            note = answers[i].note
            assert note is not None
            answers[i] = answers[i].model_copy(update={"note": note.model_copy(update={"status": status})})
        return post.model_copy(update={"answers": tuple(answers)})

    live = [
        post
        for post in comparison.answers
        if sum(one.note is not None and not one.test_mode for one in post.answers) == 2
    ][:3]
    alike = fated(live[0], Status.NMR, Status.NMR)
    helped = fated(live[1], Status.CRH, Status.CRH)
    unlike = fated(live[2], Status.CRNH, Status.CRH)
    answers = tuple(one.model_copy(update={"text": None, "note": None}) for one in live[0].answers)
    silent = live[0].model_copy(update={"answers": answers})
    made = comparison.model_copy(update={"answers": (silent, alike, helped, unlike)})
    assert selection.told(made) == [unlike, helped, alike]
    assert selection.with_drafts(made) == 3
