"""Numbers, dates and phrases in three languages."""

from __future__ import annotations

import string
import tomllib
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.world.catalogue import catalogue
from harness.world.facts import day_spellings, spellings
from harness.world.languages import LANGUAGES, language
from harness.world.truth import holds


def _shape(value: Any, at: str = "") -> Iterator[tuple[str, object]]:
    """Every place of a language file with how many texts stand there."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _shape(item, f"{at}.{key}")
    else:
        yield at, len(value) if isinstance(value, list) else 1


def _texts(value: Any, at: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, f"{at}.{key}")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield f"{at}[{number}]", item
    else:
        yield at, value


def _phrases(code: str) -> dict[str, Any]:
    text = files("harness.world.languages").joinpath(f"{code}.toml").read_text(encoding="utf-8")
    return {key: value for key, value in tomllib.loads(text).items() if key != "contractions"}


@pytest.mark.parametrize("code", LANGUAGES[1:])
def test_languages_say_the_same_things(code: str) -> None:
    assert dict(_shape(_phrases(code))) == dict(_shape(_phrases(LANGUAGES[0])))


@pytest.mark.parametrize("code", LANGUAGES)
def test_translated_sentences_need_the_same_facts(code: str) -> None:
    """A sentence that states a value in one language states it in each."""

    def needs(told: str) -> set[str]:
        named = {name.lower() for _, name, _, _ in string.Formatter().parse(told) if name}
        return named & {"value", "year", "date", "who", "previous", "claim", "scene"}

    ours, theirs = dict(_texts(_phrases(code))), dict(_texts(_phrases(LANGUAGES[0])))
    differing = {at for at in ours if needs(ours[at]) != needs(theirs[at])}
    assert differing <= {at for at in ours if ".dates" in at or ".photo_page" in at}


def test_every_recorded_attribute_is_worded() -> None:
    rows = catalogue()
    attributes = {*rows.figures, *rows.occasions, *rows.attributions}
    for code in LANGUAGES:
        assert set(language(code).phrases["attributes"]) == attributes
        assert {figure.chapter for figure in rows.figures.values()} == set(language(code).phrases["chapters"])


@pytest.mark.parametrize(
    ("code", "number", "percent", "day"),
    [
        ("en", "1,234,567.8", "9.1%", "14 March 2019"),
        ("es", "1.234.567,8", "9,1 %", "14 de marzo de 2019"),
        ("de", "1.234.567,8", "9,1 %", "14. März 2019"),
    ],
)
def test_formats(code: str, number: str, percent: str, day: str) -> None:
    told = language(code)
    assert told.number(1_234_567.8, 1) == number
    assert told.quantity(9.1, "percent", 1, "tarn") == percent
    assert told.dates(date(2019, 3, 14))[0] == day


@given(value=st.integers(0, 10**12), decimals=st.integers(0, 2), code=st.sampled_from(LANGUAGES))
def test_written_numbers_can_be_read(value: int, decimals: int, code: str) -> None:
    told = language(code)
    number = value / 10**decimals
    assert told.parse_number(told.number(number, decimals)) == pytest.approx(number)


def test_articles_melt_into_the_word_before() -> None:
    assert language("es").fill("Manda en {the}, cerca de {the}", the="el hospital") == (
        "Manda en el hospital, cerca del hospital"
    )
    assert language("en").fill("{The}, then {the}", the="the bridge") == "The bridge, then the bridge"


def test_spellings_begin_with_the_posts_own_language() -> None:
    assert spellings(1200.0, "count", 0, "tarn", "de") == ("1.200", "1,200", "1200")
    assert spellings(9.1, "percent", 1, "tarn", "es")[0] == "9,1 %"
    days = day_spellings(date(2019, 3, 14), "de")
    assert days[0] == "14. März 2019"
    assert {"14 March 2019", "14.03.2019", "2019-03-14", "14 de marzo de 2019"} <= set(days)


@pytest.mark.parametrize(
    ("text", "value", "found"),
    [
        ("It was 9.1% then.", "9.1%", True),
        ("In 2012 there were 12.", "12", True),
        ("In 2012", "12", False),
        ("It was 12,400", "12", False),
        ("It was 12, no more", "12", True),
        ("The MAYOR is TALA ORN", "Tala Orn", True),
        ("Tala Ornek", "Tala Orn", False),
        ("anything", "", False),
    ],
)
def test_holds(text: str, value: str, found: bool) -> None:
    assert holds(text, value) is found
