"""What counts as borne out: quotations, words in common, figures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from writers.builtin.researched.grounding import shares_matter, stands_in, unknown_figures

PAGE = (
    "The ferries of Port Ossary carried 41,200 passengers in 2024.\nThe lighthouse was lit on 4 May 1891,"
    " says the keeper’s log.\nAbout 12 percent of them were children."
)
WORDS = st.lists(st.text("abcdefghij", min_size=1, max_size=8), min_size=4, max_size=40)


@pytest.mark.parametrize(
    "quotation",
    [
        "ferries of Port Ossary carried 41,200 passengers",
        "“The ferries of  Port Ossary carried 41,200 passengers in 2024”",
        "in 2024. The lighthouse was lit",
        "says the keeper's log",
    ],
)
def test_word_for_word(quotation: str) -> None:
    assert stands_in(quotation, PAGE)


@pytest.mark.parametrize(
    "quotation",
    [
        "",
        "Port Ossary carried",
        "the ferries of Port Ossary carried 41,201 passengers",
        "the ferries carried 41,200 passengers",
        "erries of Port Ossary carried 41,200 passen",
        "passengers carried Ossary Port of ferries",
    ],
)
def test_not_word_for_word(quotation: str) -> None:
    assert not stands_in(quotation, PAGE)


@given(words=WORDS, data=st.data())
def test_any_run_of_a_text_stands_in_it_and_a_changed_word_does_not(
    words: list[str], data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(words) - 4))
    run = words[start : data.draw(st.integers(start + 4, len(words)))]
    assert stands_in(" ".join(run), " ".join(words))
    run[data.draw(st.integers(0, len(run) - 1))] = "zzz"
    assert not stands_in(" ".join(run), " ".join(words))


@pytest.mark.parametrize(
    ("sentence", "quotation"),
    [
        ("Official figures: the ferries carried 41,200 passengers, not 97,000.", PAGE),
        ("Los transbordadores de Port Ossary llevaron a 41.200 pasajeros en 2024.", PAGE),
        ("41,200.", PAGE),
        ("フェリーは2024年に41,200人を運んだ。", "フェリーは2024年に41,200人を運んだと報告されている。"),
    ],
)
def test_of_one_matter(sentence: str, quotation: str) -> None:
    assert shares_matter(sentence, [quotation])


@pytest.mark.parametrize(
    "sentence", ["He is a rat.", "This is a shameless lie.", "Do not believe it, share it with all.", "?"]
)
def test_of_another_matter(sentence: str) -> None:
    assert not shares_matter(sentence, [PAGE])


@pytest.mark.parametrize(
    "sentence",
    [
        "It was 41,200 in 2024.",
        "Es waren 41.200 im Jahr 2024.",
        "Some 41 thousand passengers were carried.",
        "It was lit on 4 May 1891.",
        "It was lit in May 1891.",
        "It was lit in 1891, on 4 May.",
        "12% were children.",
        "No figure at all.",
    ],
)
def test_figures_that_the_page_has(sentence: str) -> None:
    assert unknown_figures(sentence, [PAGE]) == []


@pytest.mark.parametrize(
    ("sentence", "unknown"),
    [
        ("It was 97,000 in 2024.", ["97,000"]),
        ("It was lit on 5 May 1891.", ["1891-05-05"]),
        ("It was lit in 1892.", ["1892"]),
        ("13% were children, 41,200 in all.", ["13"]),
    ],
)
def test_figures_that_it_has_not(sentence: str, unknown: list[str]) -> None:
    assert unknown_figures(sentence, [PAGE]) == unknown
    assert unknown_figures(sentence, [PAGE, sentence]) == []


@given(figure=st.integers(0, 10**9))
def test_a_figure_that_is_nowhere_is_always_told(figure: int) -> None:
    assert unknown_figures(f"They counted {figure} gulls.", ["Nobody counted."])
    assert not unknown_figures(f"They counted {figure} gulls.", [f"There were {figure} gulls."])
