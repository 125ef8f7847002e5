"""Asking a search's JSON API: bounded in size and time, patient with limits, and silent about keys."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx
from tenacity import AsyncRetrying, RetryCallState

from writers.client.retry import reset_at_ms
from writers.clock import Clock
from writers.errors import RetrievalFailed

MAX_ANSWER_BYTES: Final = 4 * 1024 * 1024
ATTEMPTS: Final = 3
"""Requests in all for one question."""

FIRST_WAIT_S: Final = 0.5
"""Wait before the second request; it doubles with each one after."""

MAX_WAIT_S: Final = 10.0
"""A limit that ends later than this is not waited for: a draft has a minute."""

MAX_REASON_LENGTH: Final = 300


class _Unanswered(Exception):
    """A failure that may be over in a moment. `wait_s` is how long the API asks to stay away, where told."""

    def __init__(self, message: str, wait_s: float | None = None) -> None:
        super().__init__(message)
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True)
class Question:
    """One request: a POST where there is a body, else a GET."""

    url: str
    parameters: Mapping[str, str]
    body: Any = None


class JsonSource:
    """A JSON API under a name. `secrets` are header values that no message may repeat.

    A redirect is not followed: it would carry the key to another place.
    """

    def __init__(
        self,
        name: str,
        *,
        clock: Clock,
        headers: Mapping[str, str],
        secrets: tuple[str, ...] = (),
        timeout_s: float,
    ) -> None:
        self._name = name
        self._clock = clock
        self._headers = dict(headers)
        self._secrets = tuple(sorted(filter(None, secrets), key=len, reverse=True))
        self._timeout_s = timeout_s
        self._trusted: ssl.SSLContext | None = None

    def __repr__(self) -> str:
        return f"JsonSource({self._name!r})"

    async def ask(self, question: Question) -> Any:
        """The answer's JSON value. Raises RetrievalFailed, after retries where these may help."""
        retrying = AsyncRetrying(
            stop=lambda state: state.attempt_number >= ATTEMPTS,
            wait=_wait_s,
            retry=_is_worth_it,
            sleep=self._clock.sleep,
            reraise=True,
        )
        try:
            return await retrying(self._ask_once, question)
        except _Unanswered as error:
            raise RetrievalFailed(str(error)) from None

    async def _ask_once(self, question: Question) -> Any:
        if self._trusted is None:
            self._trusted = httpx.create_ssl_context()
        try:
            async with (
                # httpx bounds each read; an answer may come a byte at a time.
                asyncio.timeout(self._timeout_s),
                httpx.AsyncClient(
                    verify=self._trusted,
                    timeout=self._timeout_s,
                    headers=self._headers,
                ) as web,
                web.stream(
                    "GET" if question.body is None else "POST",
                    question.url,
                    params=question.parameters or None,
                    json=question.body,
                ) as answer,
            ):
                body = await self._read(answer)
        except (httpx.TimeoutException, TimeoutError):
            raise _Unanswered(self._told(f"gave no answer in {self._timeout_s:g} seconds")) from None
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise _Unanswered(
                self._told(f"cannot be reached ({str(error) or type(error).__name__})")
            ) from None
        except (httpx.InvalidURL, ValueError) as error:
            raise RetrievalFailed(self._told(f"cannot be asked ({error})")) from None
        if answer.status_code != httpx.codes.OK:
            raise self._refusal(answer, body)
        try:
            return json.loads(body)
        except (ValueError, RecursionError):
            raise RetrievalFailed(self._told("answered with something that is not JSON")) from None

    async def _read(self, answer: httpx.Response) -> bytes:
        body = bytearray()
        async for part in answer.aiter_bytes():
            body += part
            if len(body) > MAX_ANSWER_BYTES:
                raise RetrievalFailed(self._told(f"answered with more than {MAX_ANSWER_BYTES} bytes"))
        return bytes(body)

    def _refusal(self, answer: httpx.Response, body: bytes) -> RetrievalFailed | _Unanswered:
        status = answer.status_code
        if answer.has_redirect_location:
            place = answer.headers["location"]
            return RetrievalFailed(self._told(f"sends elsewhere, to {place}: ask that address"))
        told = self._told(
            f"answered HTTP {status}: {_reason(body) or answer.reason_phrase or 'no reason given'}"
        )
        if status == httpx.codes.TOO_MANY_REQUESTS or status >= 500:
            now_ms = self._clock.now_ms()
            reset_ms = reset_at_ms(answer.headers, now_ms=now_ms)
            return _Unanswered(told, None if reset_ms is None else max(0, reset_ms - now_ms) / 1000)
        return RetrievalFailed(told)

    def _told(self, what: str) -> str:
        """A message that names the source and holds no key, whoever put it there."""
        for secret in self._secrets:
            what = what.replace(secret, "[key]")
        return f"{self._name} {what[:MAX_REASON_LENGTH]}"


def _reason(body: bytes) -> str:
    """What an error's body says, where it is of a usual shape: `error` or `message`, plain or nested."""
    try:
        value: Any = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    for _ in range(3):
        if not isinstance(value, Mapping):
            break
        value = next((value[key] for key in ("error", "message", "detail") if key in value), "")
    return " ".join(value.split()) if isinstance(value, str) else ""


def _failure(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome is not None else None


def _is_worth_it(state: RetryCallState) -> bool:
    error = _failure(state)
    return isinstance(error, _Unanswered) and (error.wait_s is None or error.wait_s <= MAX_WAIT_S)


def _wait_s(state: RetryCallState) -> float:
    error = _failure(state)
    if isinstance(error, _Unanswered) and error.wait_s is not None:
        return error.wait_s
    return float(FIRST_WAIT_S * 2 ** (state.attempt_number - 1))
