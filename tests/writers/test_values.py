from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from writers.builtin.values import values_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It was 1,234 in 2021, compared with 1,300 in 2020.", [(1234, "in", 2021), (1300, "in", 2020)]),
        ("Die Inflation lag 2022 bei 9,1 %.", [(9.1, "%", 2022)]),
        ("subió un 9,1 por ciento", [(9.1, "%", None)]),
        ("In 2019 hubo 48 mil personas", [(48_000, "person", 2019)]),
        ("278k people", [(278_000, "people", None)]),
        ("4.8 million tarn (2018)", [(4_800_000, "tarn", 2018)]),
        ("31,4 °C", [(31.4, "°", None)]),
        ("rents, 2021: 984", [(984, "", 2021)]),
        ("moved from 12 in 2020 to 15 in 2021", [(12, "in", 2020), (15, "in", 2021)]),
        ("on 3 May 2001", []),
        ("since 1999", []),
        ("COVID-19 and page 4/7", []),
    ],
)
def test_numbers_with_unit_and_year(text: str, expected: list[tuple[float, str, int | None]]) -> None:
    found = [(number.readings[0], number.unit, number.year) for number in values_of(text).numbers]
    assert found == [(pytest.approx(value), unit, year) for value, unit, year in expected]


@pytest.mark.parametrize(
    ("claimed", "source", "agrees"),
    [
        ("48k", "47,613", True),
        ("48k", "48,613", False),
        ("around 48,000", "47.613", True),
        ("1.200", "1,200", True),
        ("1.200", "1.2", True),
        ("9.1%", "9,1 %", True),
        ("9.1%", "9.3%", False),
        ("4.8 million", "4,783,112", True),
        ("312", "3,000", False),
    ],
)
def test_rounded_numbers_agree_with_exact_ones(claimed: str, source: str, agrees: bool) -> None:
    (one,), (other,) = values_of(claimed).numbers, values_of(source).numbers
    assert one.agrees(other) is agrees
    assert other.agrees(one) is agrees


@given(st.integers(0, 10**12), st.sampled_from([",", ".", "'", "\u202f"]))
def test_a_grouped_number_agrees_with_itself_plain(value: int, mark: str) -> None:
    if 1500 <= value <= 2100:
        return
    (grouped,), (plain,) = values_of(f"{value:,}".replace(",", mark)).numbers, values_of(str(value)).numbers
    assert grouped.agrees(plain)
    assert value in grouped.readings


@pytest.mark.parametrize(
    "text",
    [
        "on 3 May 2001",
        "May 3, 2001",
        "am 3. Mai 2001",
        "am 03.05.2001",
        "el 3 de mayo de 2001",
        "3/5/2001",
        "2001-05-03",
        "3rd of May 2001",
    ],
)
def test_days_in_many_spellings(text: str) -> None:
    assert values_of(text).days == (date(2001, 5, 3),)


def test_a_day_that_never_was_is_none() -> None:
    assert values_of("31.02.2001 and 45 May 2001").days == ()


def test_months_and_names() -> None:
    assert values_of("Found this from März 2018").months == ((2018, 3),)
    assert values_of("said Anna de la Torre-Lund to Ole Berg.").names == ("Anna de la Torre-Lund", "Ole Berg")


@given(st.text(max_size=300))
def test_any_text_has_values(text: str) -> None:
    values_of(text)
