from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.writers.desks import desk
from writers.builtin.checks import QuotationCheck
from writers.builtin.checks.quotations import quotations
from writers.builtin.checks.wording import words
from writers.plugin import Document, Draft
from writers.protocol.posts import Post

POST = Post(
    id=1,
    text="They hide that 97,000 people came!",
    created_at_ms=0,
    quoted=Post(id=2, text="The mayor resigned yesterday evening.", created_at_ms=0),
)
PAGE = Document(
    url="https://report.example/2024",
    title="Report for 2024",
    text=(
        "The port’s ferries carried 41,200 passengers in 2024 – a rise of 3.5 % on 2023.\n"
        "“It was,” said the harbour\u00admaster,\u00a0“a good year”.\n"
        "港のフェリーは二〇二四年に四万人を運んだ。\n"
        "The balance was −5 million."
    ),
    excerpt="Claim: the ferries were empty, rated “False”",
)
OTHER = Document(url="https://other.example/", text="The mayor opened the new bridge on Friday.")


def complaints(text: str, *read: Document) -> list[str]:
    return list(QuotationCheck().complaints(Draft(text, (PAGE.url,)), POST, desk(*(read or (PAGE, OTHER)))))


@pytest.mark.parametrize(
    "text",
    [
        "No quotation at all.",
        "“The port's ferries carried 41,200 passengers in 2024 - a rise of 3.5%”",
        '"the PORT\'S ferries carried 41,200 passengers"',
        "„carried 41,200 passengers in 2024“ und «a rise of 3.5 % on 2023»",
        "‘The port’s ferries carried 41,200 passengers’",
        "'ferries carried 41,200 passengers,'",
        "“The port’s ferries carried … a rise of 3.5 %”",
        "“The port’s ferries [...] in 2024 [sic] – a rise”",
        "“It was”, said the harbourmaster, “a good year”",
        "“said the harbourmaster, a good year”",
        "「港のフェリーは二〇二四年に四万人を運んだ」",
        "“The balance was -5 million”",
        "“the ferries were empty”",
        "“Report for 2024”",
        "The post says “97,000 people came”; quoted there: “The mayor resigned yesterday”.",
        "So-called “experts” and a 'hoax', as the 'good year' shows",
        "the ministers' plan and the voters' choice of the mayors' men",
        'a 5" pipe and a 6" pipe',
    ],
)
def test_true_quotations_pass_however_they_are_set(text: str) -> None:
    assert complaints(f"{text} {PAGE.url}") == []


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("“The port’s ferries carried 97,000 passengers”", "The port’s ferries carried 97,000 passengers"),
        ("“ferries carried 41,200 passenger”", "ferries carried 41,200 passenger"),
        ("“carried 41.200 passengers in 2024”", "carried 41.200 passengers in 2024"),
        ("“a rise of 35 % on 2023”", "a rise of 35 % on 2023"),
        ("“The balance was 5 million”", "The balance was 5 million"),
        ("“a rise of 3.5 % … carried 41,200 passengers”", "a rise of 3.5 % … carried 41,200 passengers"),
        ("'the harbour is closed now'", "the harbour is closed now"),
        ("「港のフェリーは五万人を運んだ」", "港のフェリーは五万人を運んだ"),
        ("“The mayor opened the new bridge”", "The mayor opened the new bridge"),
    ],
)
def test_what_stands_on_no_cited_page_is_named(text: str, named: str) -> None:
    told = f"The quotation “{named}” stands on no page that the note cites."
    assert complaints(f"{text} {PAGE.url}") == [told]


def test_every_invented_quotation_is_named_once_and_a_true_one_is_not() -> None:
    text = "“one two three” “carried 41,200 passengers” “one two three” “four five six”"
    assert len(complaints(text)) == 2


def test_a_cited_page_that_was_not_read_proves_nothing() -> None:
    told = complaints(f"“carried 41,200 passengers” {PAGE.url}", OTHER)
    assert told == [
        "The quotation “carried 41,200 passengers” stands nowhere: none of the cited pages was read."
    ]


def test_the_page_may_be_cited_in_another_spelling_than_it_was_read_under() -> None:
    page = Document(url="https://REPORT.example/2024/", text=PAGE.text)
    assert complaints(f"“carried 41,200 passengers” {PAGE.url}", page) == []


def test_a_long_quotation_is_shortened_in_the_complaint_alone() -> None:
    (told,) = complaints(f"“{'word ' * 60}”")
    assert len(told) < 160


def test_quotations_are_found_in_pairs_of_marks() -> None:
    assert quotations("“a” „b“ «c» »d« 「e」 『f』 \"g\" ‘h’ 'i' “never closed") == list("abcdefghi")


@given(st.lists(st.sampled_from(["port", "ferry", "1,200", "3.5", "-4", "港", "été", "a’b"]), min_size=3))
def test_a_passage_of_a_page_is_found_and_one_word_more_is_not(passage: list[str]) -> None:
    page = Document(url=PAGE.url, text=f"before {' '.join(passage)} after")
    assert complaints(f"“{'  '.join(passage)}”", page) == []
    assert complaints(f"“{' '.join(passage)} never”", page) != []


def test_words_keep_what_changes_a_figure() -> None:
    assert words("−5.3 % of 1,200 “ﬁsh” 2019–2020 x") == [
        "-5.3",
        "%",
        "of",
        "1,200",
        "fish",
        "2019",
        "2020",
        "x",
    ]
    assert words("€3") != words("$3")
