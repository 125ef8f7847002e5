"""One endpoint: requests go out through the `openai` package, and what comes back is told without secrets.

Retries, time and money are other modules' business (`writers.llm.retry`, `writers.llm.live`): here a
request is sent once.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import SecretStr

from writers.client.retry import reset_at_ms
from writers.clock import Clock
from writers.llm.exchange import Outcome
from writers.llm.settings import OPENAI_URL

MAX_DETAIL: Final = 500
NO_MONEY: Final = ("insufficient_quota", "billing_hard_limit_reached", "billing_not_active")
FILTER_CODES: Final = ("content_filter", "content_policy_violation")
OVERLOADED: Final = (408, 409, 429)

_BEARER = re.compile(r"(?i)\bbearer\s+\S+|\b(?:sk|xai|gsk|key)-[\w*.-]{6,}")
"""What looks like a key in a provider's error, such as the one it says is wrong."""


class CallFailed(Exception):
    """A request brought no answer. `again` says that the same request may succeed later."""

    def __init__(
        self,
        outcome: Outcome,
        detail: str,
        *,
        again: bool = False,
        resume_at_ms: int | None = None,
        may_cost: bool = False,
    ) -> None:
        super().__init__(detail)
        self.outcome = outcome
        self.detail = detail
        self.again = again
        self.resume_at_ms = resume_at_ms
        """When the endpoint wants to be asked again, where it told."""
        self.may_cost = may_cost
        """Whether the endpoint may have worked on it, and charge for that."""


class Endpoint:
    """An OpenAI-compatible API at an address. Close it when the run is over."""

    def __init__(self, base_url: str, key: SecretStr | None, *, clock: Clock, concurrency: int) -> None:
        # A second of imports that only runs with a language model need.
        from openai import AsyncOpenAI, DefaultAsyncHttpxClient, omit

        self.base_url = base_url
        self.slots = asyncio.Semaphore(concurrency)
        self._clock = clock
        self._key = key
        self._client = AsyncOpenAI(
            base_url=base_url,
            api_key=key.get_secret_value() if key is not None else "none",
            max_retries=0,
            # A redirect could carry the key and the posts to another place.
            http_client=DefaultAsyncHttpxClient(follow_redirects=False),
        )
        headers: dict[str, Any] = {} if key is not None else {"Authorization": omit}
        if urlsplit(base_url).hostname != urlsplit(OPENAI_URL).hostname:
            # The package takes these from the environment, and they are nobody else's business.
            headers |= {"OpenAI-Organization": omit, "OpenAI-Project": omit}
        self._headers: Mapping[str, Any] = headers
        # Looked up now, because the package imports its parts on first use.
        self._chat = self._client.chat.completions.with_raw_response
        self._responses = self._client.responses.with_raw_response

    def __repr__(self) -> str:
        return f"Endpoint({self.base_url!r})"

    async def close(self) -> None:
        await self._client.close()

    # A body is given as it is: the package would walk through every message and schema, to change nothing.

    async def chat(self, body: Mapping[str, Any], *, timeout_s: float) -> bytes:
        """The body of a chat completion. Raises CallFailed."""
        return await self._sent(
            self._chat.create(
                model=body["model"],
                messages=[],
                extra_body=body,
                extra_headers=self._headers,
                timeout=timeout_s,
            ),
            timeout_s,
        )

    async def responses(self, body: Mapping[str, Any], *, timeout_s: float) -> bytes:
        """The body of an answer of the Responses API. Raises CallFailed."""
        return await self._sent(
            self._responses.create(
                model=body["model"], extra_body=body, extra_headers=self._headers, timeout=timeout_s
            ),
            timeout_s,
        )

    async def _sent(self, answer: Awaitable[Any], timeout_s: float) -> bytes:
        from openai import APIConnectionError, APIStatusError, APITimeoutError, OpenAIError

        try:
            # The package's own timeout is for each read: an answer that trickles in would never end.
            async with asyncio.timeout(timeout_s):
                content: bytes = (await answer).content
                return content
        except (TimeoutError, APITimeoutError):
            failure = CallFailed(
                Outcome.UNAVAILABLE, f"no answer within {timeout_s:.3g} seconds", again=True, may_cost=True
            )
        except APIStatusError as error:
            failure = self._told(error)
        except APIConnectionError as error:
            cause = type(error.__cause__).__name__
            failure = CallFailed(Outcome.UNAVAILABLE, f"connection: {cause}", again=True, may_cost=True)
        except OpenAIError as error:
            failure = CallFailed(Outcome.UNAVAILABLE, f"the openai package: {type(error).__name__}")
        # Raised out here, it does not hold the package's error, which holds the request with its headers.
        raise failure

    def _told(self, error: Any) -> CallFailed:
        """What an HTTP status means; `error` is openai's APIStatusError."""
        status: int = error.status_code
        code = str(error.code or "")
        told = f"HTTP {status}: {_message(error)}"
        if code in FILTER_CODES:
            return CallFailed(Outcome.FILTERED, told)
        if code in NO_MONEY or status in (401, 402, 403):
            return CallFailed(Outcome.NO_ACCESS, f"{told}; {_remedy(code)}")
        if status in OVERLOADED or status >= 500:
            resume = reset_at_ms(error.response.headers, now_ms=self._clock.now_ms())
            return CallFailed(Outcome.UNAVAILABLE, told, again=True, resume_at_ms=resume)
        if status == 404:
            remedy = "check model and base_url; a web search needs an endpoint with the Responses API"
            return CallFailed(Outcome.UNKNOWN_MODEL, f"{told}; {remedy}")
        return CallFailed(Outcome.REJECTED, told)

    def scrubbed(self, text: str) -> str:
        """A provider's words, in bounds, and without the key, which some repeat."""
        if self._key is not None:
            text = text.replace(self._key.get_secret_value(), "[key]")
        return _BEARER.sub("[key]", text)[:MAX_DETAIL]


def _message(error: Any) -> str:
    """The endpoint's own words: `error.message` of the body, its `message` or `detail`, or the body."""
    body = error.body
    if isinstance(body, dict):
        body = body.get("message") or body.get("detail") or body
    return " ".join(str(body if body is not None else error.response.reason_phrase).split())


def _remedy(code: str) -> str:
    return "the account has no money left" if code in NO_MONEY else "check the key"
