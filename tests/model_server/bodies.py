"""Answers in the API's shapes, and an answer that fits a schema where no rule says what to say."""

from __future__ import annotations

import json
from typing import Any

from tests.model_server.ledger import Charge
from tests.model_server.replies import Declined, Fail, Filtered, Found, Say
from tests.model_server.requests import Asked

CREATED = 1_760_000_000


def error(fail: Fail) -> dict[str, Any]:
    kind = "server_error" if fail.status >= 500 else "invalid_request_error"
    return {"error": {"message": fail.message, "type": kind, "param": fail.param, "code": fail.code}}


def chat(
    asked: Asked, reply: Say | Found | Declined | Filtered, text: str, finish: str, charge: Charge | None
) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": text, "refusal": None, "annotations": []}
    if isinstance(reply, Declined):
        message |= {"content": None, "refusal": reply.words}
    if isinstance(reply, Filtered):
        finish, message["content"] = "content_filter", ""
    body: dict[str, Any] = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": CREATED,
        "model": f"{asked.model}-2026-01-01",
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": finish}],
    }
    if charge is not None:
        body["usage"] = {
            "prompt_tokens": charge.input_tokens,
            "completion_tokens": charge.output_tokens,
            "total_tokens": charge.input_tokens + charge.output_tokens,
            "prompt_tokens_details": {"cached_tokens": charge.cached_tokens, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 0},
        }
    return body


def responses(
    asked: Asked, reply: Say | Found | Declined | Filtered, text: str, finish: str, charge: Charge | None
) -> dict[str, Any]:
    content: dict[str, Any] = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    output: list[dict[str, Any]] = []
    if isinstance(reply, Found):
        output += [
            {
                "type": "web_search_call",
                "id": f"ws_{number}",
                "status": "completed",
                "action": {"type": "search", "query": asked.text[-80:], "queries": [], "sources": []},
            }
            for number in range(reply.searches)
        ]
        output.append({"type": "web_search_call", "id": "ws_open", "action": {"type": "open_page"}})
        content["annotations"] = [
            {"type": "url_citation", "start_index": 0, "end_index": len(text), "url": url, "title": title}
            for url, title in reply.citations
        ]
    if isinstance(reply, Declined):
        content = {"type": "refusal", "refusal": reply.words}
    output.append({"type": "message", "id": "msg_1", "role": "assistant", "content": [content]})
    reason = {"length": "max_output_tokens"}.get(finish)
    if isinstance(reply, Filtered):
        reason = "content_filter"
    body: dict[str, Any] = {
        "id": "resp_1",
        "object": "response",
        "created_at": CREATED,
        "model": f"{asked.model}-2026-01-01",
        "status": "incomplete" if reason else "completed",
        "incomplete_details": {"reason": reason} if reason else None,
        "error": None,
        "output": output,
    }
    if charge is not None:
        body["usage"] = {
            "input_tokens": charge.input_tokens,
            "input_tokens_details": {"cached_tokens": charge.cached_tokens},
            "output_tokens": charge.output_tokens,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": charge.input_tokens + charge.output_tokens,
        }
    return body


def events(body: dict[str, Any]) -> list[bytes]:
    """A chat completion as server-sent events, a word each."""
    choice = body["choices"][0]
    words = (choice["message"]["content"] or "").split(" ")
    deltas: list[tuple[dict[str, Any], str | None]] = [({"role": "assistant", "content": ""}, None)]
    deltas += [({"content": word + " "}, None) for word in words]
    deltas.append(({}, choice["finish_reason"]))
    frame = {key: body[key] for key in ("id", "created", "model")} | {"object": "chat.completion.chunk"}
    chunks = [{**frame, "choices": [{"index": 0, "delta": d, "finish_reason": f}]} for d, f in deltas]
    return [b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in chunks] + [b"data: [DONE]\n\n"]


def fitting(schema: dict[str, Any], root: dict[str, Any] | None = None) -> Any:
    """The plainest value of a schema."""
    root = root or schema
    if "$ref" in schema:
        return fitting(root["$defs"][schema["$ref"].rsplit("/", 1)[1]], root)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return fitting(schema["anyOf"][0], root)
    match schema.get("type"):
        case "object":
            return {name: fitting(part, root) for name, part in schema.get("properties", {}).items()}
        case "array":
            return [fitting(schema["items"], root)] * schema.get("minItems", 0)
        case "string":
            return "words"
        case "integer" | "number":
            return schema.get("minimum", 0)
        case "boolean":
            return False
    return None
