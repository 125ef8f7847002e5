"""An OpenAI-compatible server of ours on loopback: what a language model's endpoint does, on demand.

It speaks chat completions (structured output, JSON mode, pictures, streaming) and the Responses API with
web-search citations, refuses what the real one refuses, counts tokens and money in a ledger of its own, and
goes wrong where a test wants it to. What the "model" says follows rules, so that it can also be one that
obeys whatever a stranger writes:

    with running() as server:
        server.on("is the claim checkable", Say('{"checkable": true}'))
        server.on(stage="note", reply=lambda asked: Say(order_in(asked.text)))
"""

from tests.model_server.replies import (
    CutOff,
    Declined,
    Fail,
    Filtered,
    Found,
    Garbage,
    Hang,
    Reply,
    Say,
    Trickle,
    json_answer,
)
from tests.model_server.requests import Asked
from tests.model_server.server import KEY, ModelServer, running

__all__ = [
    "KEY",
    "Asked",
    "CutOff",
    "Declined",
    "Fail",
    "Filtered",
    "Found",
    "Garbage",
    "Hang",
    "ModelServer",
    "Reply",
    "Say",
    "Trickle",
    "json_answer",
    "running",
]
