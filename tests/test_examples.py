"""The examples on the 60 hand-written posts, offline: what each notes, what it leaves alone, and how."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from harness.world import load_handwritten
from writers.builtin import checks
from writers.contract import ask_writer
from writers.discovery import load_check, load_writer
from writers.plugin import Draft

EXAMPLES = Path(__file__).parent.parent / "examples"
EVERY_CHECK = [load_check(f"{Path(checks.__file__)}:{name}") for name in checks.__all__]
MAX_LINES = 100
"""Of an example: what a newcomer reads in five minutes."""


@pytest.mark.parametrize(
    ("spec", "post", "note"),
    [
        ("retrieval_only.py:RetrievalOnly", "#OnThisDay 95 years ago the last keeper", "October 1974"),
        ("specialist.py:FloodSpecialist", "Saltmere underground RIGHT NOW", "a film shot in 2023"),
    ],
)
async def test_an_example_notes_what_it_knows_and_nothing_else(spec: str, post: str, note: str) -> None:
    world = load_handwritten()
    pages = list(world.documents())
    writer = load_writer(f"{EXAMPLES / spec}")
    answers = {p: await ask_writer(writer, p.post, pages=pages, checks=EVERY_CHECK) for p in world.posts}
    assert len(answers) == 60
    ((noted, draft),) = [(p, a) for p, a in answers.items() if isinstance(a, Draft)]
    assert noted.post.text.startswith(post)
    assert note in draft.text
    assert noted.truth.misleading
    assert world.cited(list(draft.sources), post_id=noted.id).decisive
    reasons = {a.reason for a in answers.values() if not isinstance(a, Draft)}
    assert len(reasons) > 1, "it says the same of every post"


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*.py")), ids=lambda file: file.name)
def test_an_example_is_short_and_names_the_commands_to_try_it(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MAX_LINES
    (class_name,) = re.findall(r"^class (\w+):$", text, re.MULTILINE)
    assert f"notewright check examples/{file.name}:{class_name}" in text
