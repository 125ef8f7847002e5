"""The page: self-contained, inert, linked up, and sensible for every season."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest
from selectolax.lexbor import LexborHTMLParser

from harness.report.html import render
from harness.simulation.result import RaterPoint, SeasonResult, StatusCounts
from tests.harness.report.seasons import season

THREE_MEGABYTES = 3_000_000

SMALL = {"people_notes": 40, "raters": 50, "test_notes": 8, "days": 6, "live_a_day": 12}

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style></title></textarea><iframe src=https://evil.example></iframe>",
    "{{ 7 * 7 }}{% include 'x' %}",
    "\u202egnp.exe \u2066 isolate \u0000 \x1b[31m red",
    "]]><!-- --!> &lt;b&gt; &amp;",
    "javascript:alert(1)",
)


@pytest.fixture(scope="module")
def small() -> SeasonResult:
    return season(**SMALL, events=("careless raised ValueError on post 17",))


@pytest.fixture(scope="module")
def page(small: SeasonResult) -> str:
    return render(small)


def tree(page: str) -> LexborHTMLParser:
    return LexborHTMLParser(page)


def test_it_runs_nothing_and_fetches_nothing(page: str) -> None:
    nodes = tree(page).css("*")
    assert not {node.tag for node in nodes} & {"script", "iframe", "object", "embed", "img", "image", "base"}
    for node in nodes:
        for name, value in node.attributes.items():
            assert not name.startswith("on")
            assert name != "style"
            if name in ("href", "src", "xlink:href", "srcset", "action"):
                assert value == "data:," or (value or "").startswith("#"), (node.tag, name, value)
    style = tree(page).css_first("style").text()
    assert "@import" not in style
    assert "url(" not in style


def test_its_policy_allows_only_its_own_style(page: str) -> None:
    policy = tree(page).css_first("meta[http-equiv]").attributes["content"] or ""
    style = tree(page).css_first("style").text()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert "default-src 'none'" in policy
    assert f"style-src 'sha256-{digest}'" in policy
    assert "unsafe" not in policy


def test_every_link_leads_to_one_place(page: str) -> None:
    ids = [node.attributes["id"] for node in tree(page).css("[id]")]
    links = {(node.attributes["href"] or "")[1:] for node in tree(page).css("a")}
    assert len(ids) == len(set(ids))
    assert links <= set(ids)
    assert any(link.startswith("note-") for link in links)


def test_every_colour_it_names_is_defined(page: str) -> None:
    defined = set(re.findall(r"--([a-z-]+):", tree(page).css_first("style").text()))
    assert set(re.findall(r"var\(--([a-z-]+)\)", page)) <= defined


def test_every_chart_has_words_and_a_table(page: str) -> None:
    figures = tree(page).css("figure")
    assert len(figures) == 2 * 3 + 3
    for figure in figures:
        drawing = figure.css_first(".chart svg")
        assert drawing is not None
        assert drawing.attributes["role"] == "img"
        assert drawing.attributes["aria-label"]
        assert figure.css("table tbody tr")


def test_points_of_the_map_are_titled_and_lead_to_stories(page: str, small: SeasonResult) -> None:
    placed = [note for note in small.notes if note.intercept is not None and not note.test_mode]
    points = tree(page).css("#notes .chart title")
    assert len(points) == len(placed)
    links = [node.attributes["href"] for node in tree(page).css("#notes .chart a")]
    assert links
    assert all(node.attributes["tabindex"] == "-1" for node in tree(page).css("#notes .chart a"))
    rows = tree(page).css("#notes tbody tr")
    assert len(rows) == len(placed)
    assert set(links) == {node.attributes["href"] for node in tree(page).css("#notes tbody a")}


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_shown_as_text(text: str) -> None:
    names = (text, "careless")
    kind = {"writers": names, "test_notes": 2, "people_notes": 10, "raters": 10, "days": 4}

    def structure(page: str) -> list[str]:
        return [node.tag for node in tree(page).css("*")]

    hostile = render(season(**kind, post_text=text, note_text=text, scenario=text, events=(text,), seed=3))
    harmless = render(
        season(
            **{**kind, "writers": ("w", "careless")},
            post_text="p", note_text="n", scenario="s", events=("e",), seed=3,
        )
    )  # fmt: skip
    assert structure(hostile) == structure(harmless)
    visible = text.replace("\0", "")
    assert visible in tree(hostile).css_first("blockquote").text()
    assert visible in tree(hostile).css_first("h1").text()


def test_texts_of_either_direction_are_kept_apart(page: str) -> None:
    assert all(quote.attributes.get("dir") == "auto" for quote in tree(page).css("blockquote"))
    assert all(summary.css_first("bdi") for summary in tree(page).css(".story > summary"))


def test_a_story_holds_the_note_s_life(page: str, small: SeasonResult) -> None:
    note = next(n for n in small.notes if not n.test_mode and len(n.history) > 1 and n.writer != "people")
    story = tree(page).css_first(f"#note-{note.note_id}").text()
    assert note.text in story
    assert note.post_text in story
    assert str(note.decided_by) in story
    assert str(note.truth).replace("_", " ") in story
    for bucket in note.evaluation:
        assert bucket in story
    assert "Needs More Ratings day" in story


def test_the_same_result_gives_the_same_bytes(page: str, small: SeasonResult) -> None:
    assert render(SeasonResult.model_validate_json(small.model_dump_json())) == page


def test_a_large_season_of_long_texts_stays_a_page() -> None:
    long = "Every word of this is ten thousand characters long. " * 200
    large = season(
        writers=tuple(f"writer {number}" for number in range(20)),
        test_notes=50, people_notes=1_000, raters=4_000, live_a_day=20, post_text=long, note_text=long,
    )  # fmt: skip
    assert len(large.notes) > 2_000
    page = render(large)
    assert len(page.encode()) < THREE_MEGABYTES
    assert f"of {len(large.notes):,} notes are told here" in page
    assert "4,000 raters with ratings enough to be placed, of which 1,500 are drawn" in page
    assert "10,400 characters in all" in page


@pytest.mark.parametrize(
    "kind",
    [
        {"writers": (), "people_notes": 0, "raters": 0},
        {"writers": (), "people_notes": 20, "raters": 5},
        {"writers": ("only",), "live_a_day": 0},
        {"writers": ("only",), "days": 1, "test_notes": 1, "people_notes": 0},
        {"test_notes": 0, "live_a_day": 0, "people_notes": 0, "raters": 0},
    ],
)
def test_sparse_seasons_give_a_page(kind: dict[str, object]) -> None:
    page = render(season(**{**SMALL, **kind}))  # type: ignore[arg-type]
    parsed = tree(page)
    assert [heading.text() for heading in parsed.css("main > section > h2")][:5] == [
        "Writers",
        "Statuses over time",
        "Map of notes",
        "Map of raters",
        "Each note’s story",
    ]
    for section in parsed.css("main > section"):
        assert section.css("figure, .empty, table, details, dl, li"), section.attributes["id"]


def test_a_season_of_nothing_says_so() -> None:
    nothing = season(writers=(), people_notes=0, raters=0).model_copy(update={"statuses": ()})
    empty = [node.text() for node in tree(render(nothing)).css(".empty")]
    assert len(empty) == 5


def test_a_map_without_known_thresholds_draws_no_regions(small: SeasonResult, page: str) -> None:
    bare = render(small.model_copy(update={"thresholds": None}))
    assert "Helpful from 0.40 upwards" in page
    assert "Not Helpful below −0.05 − 0.8 · |factor|" in page
    assert "Helpful from" not in bare
    assert "var(--helpful-region)" not in tree(bare).css_first("#notes").html  # type: ignore[operator]


def test_extreme_positions_stay_on_the_map(small: SeasonResult) -> None:
    far = RaterPoint(factor=-7.5, intercept=3.25, ratings=1, above_helpfulness_threshold=False)
    notes = tuple(
        note.model_copy(update={"factor": 4.0, "intercept": -2.5}) if note.intercept is not None else note
        for note in small.notes
    )
    page = render(small.model_copy(update={"rater_map": (far,), "notes": notes}))
    for section in ("#raters", "#notes"):
        drawing = tree(page).css_first(f"{section} .chart svg")
        size = next(value for name, value in drawing.attributes.items() if name.lower() == "viewbox")
        assert float((size or "").split()[2]) < 700


def test_people_are_told_of_in_the_opening(small: SeasonResult) -> None:
    told = tree(render(small.model_copy(update={"people": StatusCounts(crh=2, crnh=1, nmr=37)}))).body
    assert told is not None
    assert "40 notes by people: 2 Helpful, 1 Not Helpful, 37 Needs More Ratings" in told.text()
