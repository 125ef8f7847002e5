from __future__ import annotations

import re
import resource

import pytest
from hypothesis import given
from hypothesis import strategies as st

from writers.disarmed_html import CONTAINERS, LINES, MAX_DEPTH, MAX_TAGS, disarmed
from writers.page_text import html_text

ALLOWED = re.compile(rf"</?(?:{'|'.join((*CONTAINERS, *LINES))})>")

PARTS = (
    *(
        "<",
        "</",
        ">",
        "/>",
        "b",
        "p",
        "x",
        "=",
        '"',
        "'",
        "<!--",
        "-->",
        "--!>",
        "<!",
        "<?",
        "&lt;",
        " ",
        "\n",
    ),
    *("<script", "</script", "<P>", "<dIv", "</div>", "<svg>", "<title>", "ſ", "K", "\x00"),
)
hostile = st.lists(st.sampled_from(PARTS), max_size=40).map("".join)


@given(hostile)
def test_no_tag_but_the_allowed_ones_is_left_whatever_the_page_is_like(html: str) -> None:
    left = ALLOWED.sub("", disarmed(html))
    assert "<" not in left


@given(st.lists(st.sampled_from(["One", "two & three", "a < b", "5 > 4", "“x”"]), min_size=1))
def test_words_stay(words: list[str]) -> None:
    html = "".join(f'<p class="x > y"><a href=\'#\' title="</p>"><b>{word}</b></a></p>' for word in words)
    assert html_text(html)[1].split("\n") == words


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("a<!-- b -->c<!-->d<!--->e<!-- f --!>g", "acdeg"),
        ("a<!-- never closed <p>b", "a"),
        ('<script>if (a<b && c="</p>\'") {}</script>d<STYLE>p{}</sTyle >e<script>f', "de"),
        ("<p title=\"a > b\" data-x='<p>'>c<br/>d", "c\nd"),
        ('a<b x=y"z>c</b>d', "acd"),
        ("1 < 2 <3 and <> and </>", "1 < 2 <3 and <> and"),
        ("<<!-- -->b>c", "<b>c"),
        ("<form><input value='x'><p>kept</p><button>Send</button></form>", "kept"),
        ("<nav>Menu <b>more</b></nav>x<footer>Imprint</footer>", "x"),
        ("<ul><li>a<li>b<ul><li>c</ul></ul>d", "a\nb\nc\nd"),
        ("<table><tr><th>2023<td>12<tr><td>x</table>", "2023\n12\nx"),
        ("<x-card>in <x-b>custom</x-b> elements</x-card>", "in custom elements"),
    ],
)
def test_what_is_read(html: str, text: str) -> None:
    assert html_text(html)[1] == text


def test_depth_and_number_of_tags_are_bounded_and_lines_are_not_lost() -> None:
    deep = disarmed("<div>" * 5000 + "end" + "</div>" * 5000 + "<p>after")
    assert deep.count("<div>") == MAX_DEPTH == deep.count("</div>")
    assert html_text("<div>" * 5000 + "a<div>b</div>c")[1] == "a\nb\nc"
    assert disarmed("<p>" * (MAX_TAGS + 50) + "end").count("<p>") == MAX_TAGS


@pytest.mark.parametrize(
    "html",
    [
        "<p>" + "".join(f"<b id={number}>" for number in range(1000)) + "</p>" + "<p>x</p>" * 30_000,
        "<div>" * 400_000,
        "<ul><li>" * 200_000,
        "<p " + " ".join(f"a{number}=1" for number in range(200_000)) + ">",
        '<b x="' * 300_000,
        "<script>" * 250_000,
    ],
    ids=["reopened formatting", "depth", "lists", "attributes", "quotes", "scripts"],
)
def test_pages_made_to_exhaust_a_parser_do_not(html: str) -> None:
    before_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    html_text(html + "<p>end")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kib < 150 * 1024
