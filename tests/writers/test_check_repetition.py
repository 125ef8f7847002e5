from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.writers.desks import desk
from writers.builtin.checks import RepetitionCheck
from writers.builtin.checks.repetition import similarity
from writers.builtin.checks.wording import words
from writers.plugin import Draft, OwnNote
from writers.protocol.posts import Post

POST = Post(id=1, text="", created_at_ms=0)
NOTE = (
    "The ferries of the port carried 41,200 passengers in 2024, as its yearly report says on the first page; "
    "the figure of 97,000 is that of the trams of the town. https://report.example/2024"
)
text = st.text(st.sampled_from("ab c.1港 "), max_size=60)


def complaints(note: str, *earlier: OwnNote, **options: float) -> list[str]:
    return list(RepetitionCheck(**options).complaints(Draft(note, ()), POST, desk(own_notes=earlier)))


def test_the_same_note_on_another_post_is_named_with_that_post() -> None:
    (told,) = complaints(NOTE, OwnNote(6, "Something else entirely, said at length."), OwnNote(7, NOTE))
    assert "post 7" in told
    assert "100%" in told


@pytest.mark.parametrize(
    ("note", "repeats"),
    [
        (NOTE.replace("2024. ", "2024"), True),
        (NOTE.replace("https://report.example/2024", "https://other.example/"), True),
        (NOTE.replace("The ferries", "THE  ferries").replace(";", " –"), True),
        (NOTE.replace("the town", "the city"), True),
        (NOTE.replace("41,200", "39,800").replace("2024", "2023").replace("97,000", "90,000"), False),
        ("The lighthouse was lit in 1891, its register says. https://report.example/2024", False),
        ("", False),
    ],
)
def test_what_counts_as_the_same(note: str, repeats: bool) -> None:
    assert bool(complaints(note, OwnNote(7, NOTE))) is repeats


def test_the_note_of_the_post_itself_is_no_repetition() -> None:
    assert complaints(NOTE, OwnNote(POST.id, NOTE)) == []


def test_how_similar_is_too_similar_may_be_chosen() -> None:
    near = NOTE.replace("the town", "the city")
    assert complaints(near, OwnNote(7, NOTE), max_similarity=1.0) == []
    assert complaints(NOTE, OwnNote(7, NOTE), max_similarity=1.0) != []
    with pytest.raises(ValueError, match="above 0"):
        RepetitionCheck(max_similarity=0)


@given(text, text)
def test_similarity_is_a_share_and_symmetric(one: str, other: str) -> None:
    assert 0 <= similarity(one, other) == similarity(other, one) <= 1
    if words(one):
        assert similarity(one, one) == 1
