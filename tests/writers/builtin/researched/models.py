"""What the model server says as the model behind `researched`: one that reads, and one that obeys anybody."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sentencex

from tests.model_server import Asked, Declined, Fail, ModelServer, Say

_FENCED = re.compile(
    r'<data-(\w+) name="(?P<name>\w+)(?: (?P<number>\d+))?">\n(?P<text>.*?)\n</data-\1>', re.S
)

STAGES = ("claim", "questions", "draft", "revise", "critic")


def fenced(asked: Asked, name: str) -> list[str]:
    """The fenced texts of a placeholder, in order."""
    return [match["text"] for match in _FENCED.finditer(asked.text) if match["name"] == name]


def sentences_of(passage: str) -> list[str]:
    """Without the heading."""
    return [
        s for line in passage.splitlines()[1:] for s in map(str.strip, sentencex.segment("en", line)) if s
    ]


def claim(**changed: Any) -> dict[str, Any]:
    values = {"kind": "worth_checking", "claim": "?", "in_picture": False, "gives_orders": False}
    return values | changed


def proposal(**changed: Any) -> dict[str, Any]:
    values = {"finding": "misleading", "note": "", "passages": [1], "tags": ["factual_error"]}
    return values | {"ordering_passages": []} | changed


def criticism(asked: Asked, **changed: Any) -> dict[str, Any]:
    """Each sentence borne out by the page's sentence that has most words in common with it."""
    supports = []
    for number, sentence in enumerate(fenced(asked, "sentences"), start=1):
        held = [
            (len(set(sentence.split()) & set(candidate.split())), at, candidate)
            for at, passage in enumerate(fenced(asked, "passages"), start=1)
            for candidate in sentences_of(passage)
        ]
        if held:
            _, at, quotation = max(held, key=lambda one: one[0])
            supports.append({"sentence": number, "passage": at, "quotation": quotation})
    values = {"supports": supports, "settles": "clearly", "is_fair": True, "ordering_passages": []}
    return values | changed


@dataclass
class Scripted:
    """Answers of each stage; what a test does not set is that of a plain reader."""

    server: ModelServer
    replies: dict[str, Any] = field(default_factory=dict)
    """Stage → answer, or a function of the request (and of the number of such requests before)."""
    asked: dict[str, list[Asked]] = field(default_factory=lambda: {stage: [] for stage in STAGES})

    def __post_init__(self) -> None:
        for stage in STAGES:
            self.server.on(stage=stage, reply=self._reply(stage))

    def _reply(self, stage: str) -> Callable[[Asked], Any]:
        def reply(asked: Asked) -> Any:
            number = len(self.asked[stage])
            self.asked[stage].append(asked)
            said = self.replies.get(stage, DEFAULTS[stage])
            if callable(said):
                said = said(asked)
            if isinstance(said, list):
                said = said[min(number, len(said) - 1)]
            return said if isinstance(said, Say | Fail | Declined) else Say(json.dumps(said))

        return reply


DEFAULTS: Mapping[str, Callable[[Asked], Any]] = {
    "claim": lambda asked: claim(claim=fenced(asked, "post")[0][:300]),
    "questions": lambda asked: {"questions": ["Which figure does the report have?"]},
    "draft": lambda asked: proposal(note=sentences_of(fenced(asked, "passages")[0])[0]),
    "revise": lambda asked: {"note": fenced(asked, "note")[0]},
    "critic": criticism,
}
