"""The stages' prompts, read once, each in its newest version."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

from writers.llm import load_prompt

_TEXTS: Final = files("writers.builtin.researched").joinpath("texts")

CLAIM: Final = load_prompt(_TEXTS, "claim")
QUESTIONS: Final = load_prompt(_TEXTS, "questions")
DRAFT: Final = load_prompt(_TEXTS, "draft")
REVISE: Final = load_prompt(_TEXTS, "revise")
CRITIC: Final = load_prompt(_TEXTS, "critic")
