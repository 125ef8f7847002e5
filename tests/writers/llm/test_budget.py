"""Nothing is spent beyond a bound, whatever calls are under way."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from writers.llm.budget import Account, Allowance, Spending
from writers.llm.exchange import Usage
from writers.llm.prices import Price, price_list

CALLS = st.lists(
    st.tuples(st.integers(0, 500), st.integers(0, 500), st.booleans(), st.booleans()), max_size=30
)


@given(CALLS, st.integers(0, 2_000))
def test_calls_that_stay_below_their_worst_never_exceed_the_bound(
    calls: list[tuple[int, int, bool, bool]], bound: int
) -> None:
    account = Account("the post", bound, Decimal(bound) / 1_000)
    under_way: list[tuple[Spending, Spending | None]] = []
    spent = 0
    for worst_tokens, less, known, ends in calls:
        worst = Spending(worst_tokens, Decimal(worst_tokens) / 1_000)
        if account.refusal(worst) is None:
            account.hold(worst)
            actual = max(0, worst_tokens - less)
            under_way.append((worst, Spending(actual, Decimal(actual) / 1_000) if known else None))
        if ends and under_way:
            worst, came_to = under_way.pop(0)
            account.settle(worst, came_to)
            spent += (came_to or worst).tokens
        assert spent + sum(worst.tokens for worst, _ in under_way) <= bound
        assert account.left() == Allowance(bound - spent, Decimal(bound - spent) / 1_000)


def test_a_refusal_says_what_is_missing() -> None:
    account = Account("post 7", 1_000, Decimal("0.01"))
    assert account.refusal(Spending(1_000, Decimal("0.01"))) is None
    assert (
        account.refusal(Spending(1_001, None))
        == "the call may take 1001 tokens, and post 7 has 1000 of 1000 left"
    )
    account.hold(Spending(400, Decimal("0.004")))
    told = account.refusal(Spending(100, Decimal("0.0061")))
    assert told == "the call may cost $0.0061, and post 7 has $0.006 of $0.01 left"
    assert "price of the call is not known" in str(account.refusal(Spending(1, None)))


def test_what_a_call_did_not_take_is_there_for_the_next() -> None:
    account = Account("post 7", 1_000, Decimal("0.01"))
    worst = Spending(1_000, Decimal("0.01"))
    account.hold(worst)
    assert account.refusal(Spending(1, Decimal(0))) is not None
    account.settle(worst, Spending(10, Decimal("0.001")))
    assert account.refusal(Spending(990, Decimal("0.009"))) is None
    assert account.refusal(Spending(991, Decimal("0.009"))) is not None
    assert account.refusal(Spending(990, Decimal("0.0091"))) is not None


def test_without_a_bound_nothing_is_refused() -> None:
    account = Account("post 7", None, None)
    account.spend(Spending(10**9, Decimal(10**6)))
    assert account.refusal(Spending(10**9, None)) is None
    assert account.left() == Allowance(None, None)


PRICE = Price(
    input=Decimal("0.15"), cached_input=Decimal("0.075"), output=Decimal("0.6"), search=Decimal("0.01")
)


def test_a_cost_is_exact() -> None:
    assert PRICE.cost_usd(Usage(1_000, 200, cached_input_tokens=400)) == Decimal("0.000240")
    assert PRICE.cost_usd(Usage(1, 0)) == Decimal("0.00000015")
    assert PRICE.cost_usd(Usage(0, 0, searches=3)) == Decimal("0.03")


def test_what_is_not_priced_has_no_cost_rather_than_none_to_pay() -> None:
    bare = Price(input=Decimal(1), output=Decimal(2))
    assert bare.cost_usd(Usage(0, 0, searches=1)) is None
    assert bare.cost_usd(Usage(1_000_000, 0, cached_input_tokens=1_000_000)) == 1


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9))
def test_costs_add_up(first: int, second: int, written: int) -> None:
    parts = PRICE.cost_usd(Usage(first, written)), PRICE.cost_usd(Usage(second, 0))
    assert None not in parts
    assert PRICE.cost_usd(Usage(first + second, written)) == sum(part for part in parts if part is not None)


def test_the_list_of_prices_has_a_date_and_a_source_and_is_exact_about_names() -> None:
    prices = price_list()
    assert prices.date.year >= 2026
    assert prices.source
    listed = prices.price("api.openai.com", "gpt-4o")
    assert listed is not None
    assert listed.input == Decimal("2.5")
    assert prices.price("api.openai.com", "gpt-4o-2024-05-13") is None
    assert prices.price("127.0.0.1:8000", "gpt-4o") is None


def test_no_listed_price_is_out_of_proportion() -> None:
    """A slip of the decimal point is the likeliest mistake in a list kept by hand."""
    for name, price in price_list().prices.items():
        assert Decimal("0.01") <= price.input <= 20, name
        assert price.input <= price.output <= 20 * price.input, name
        assert price.cached_input is None or price.cached_input <= price.input, name
