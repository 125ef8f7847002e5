"""Reasons: told once however often, in an order that does not hang on who came first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from harness.comparison.reasons import MAX_LENGTH, TOLD, most_frequent


def test_addresses_and_ids_do_not_make_it_another_reason() -> None:
    found = most_frequent(
        [
            "a source agrees: https://one.example/a, and https://two.example",
            "a source agrees:  https://three.example/b, and\nhttps://four.example",
            "post 2006000000000000001 is gone",
            "post 2006000000000000002 is gone",
            "post 12 is gone",
        ]
    )
    assert [(reason.text, reason.times) for reason in found.told] == [
        ("a source agrees: …, and …", 2),
        ("post … is gone", 2),
        ("post 12 is gone", 1),
    ]


@given(st.lists(st.sampled_from([f"reason {letter}" for letter in "abcdefghijklmnopqrstuvw"])), st.randoms())
def test_none_is_lost_and_order_does_not_matter(texts: list[str], random: object) -> None:
    found = most_frequent(texts)
    assert sum(reason.times for reason in found.told) + found.rarer == len(texts)
    assert len(found.told) == min(len(set(texts)), TOLD)
    shuffled = sorted(texts, key=lambda _: random.random())  # type: ignore[attr-defined]
    assert most_frequent(shuffled) == found


def test_a_plugin_s_endless_reason_is_cut() -> None:
    (told,) = most_frequent(["x" * 10_000]).told
    assert len(told.text) == MAX_LENGTH
