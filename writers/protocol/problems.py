"""Problems: how the API says no. Each sentence and type that clients recognise is written here, once.

Full bodies are documented in X's Community Notes quickstart (2025-07 to 2026-01) or were observed on the wire
by live clients; `harness.api` sends them, `writers.client` recognises them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from writers.protocol.dialects import Dialect

ABOUT_BLANK: Final = "about:blank"
INVALID_REQUEST: Final = "invalid-request"
UNSUPPORTED_AUTHENTICATION: Final = "unsupported-authentication"
CLIENT_FORBIDDEN: Final = "client-forbidden"
RATE_LIMIT_EXCEEDED: Final = "rate-limit-exceeded"
RESOURCE_NOT_FOUND: Final = "resource-not-found"

DAILY_LIMIT: Final = "Failed to create a note. You’ve reached your daily limit for writing notes."
NOT_A_WRITER: Final = "User: [{user_id}] must be an API Note Writer to access this endpoint."
DUPLICATE_NOTE: Final = "User already created a note: [{note_id}] for this post."
NOTE_LENGTH: Final = (
    "Note should contain at least 1 and at most 280 characters (urls count as a single character)"
)
NO_MATCH: Final = "does not match the regex pattern"
NOT_FOUND: Final = "is not found"

_DUPLICATE = re.compile(re.escape(DUPLICATE_NOTE).replace(r"\{note_id\}", r"(\d+)"))


class ProblemItem(BaseModel):
    """One of a problem's `errors`."""

    model_config = ConfigDict(extra="allow", frozen=True)

    message: str = ""
    parameters: Mapping[str, Sequence[str]] | None = None


class Problem(BaseModel):
    """A problem document. Unknown keys are kept: they often say what the rest does not."""

    model_config = ConfigDict(extra="allow", frozen=True)

    title: str = ""
    detail: str = ""
    type: str = ABOUT_BLANK
    status: int | None = None
    errors: tuple[ProblemItem, ...] = ()

    def summary(self) -> str:
        """One line for a person: the most specific sentence the problem holds."""
        messages = "; ".join(item.message for item in self.errors if item.message)
        return messages or self.detail or self.title or "no reason given"

    def says(self, sentence: str) -> bool:
        """Whether any of its texts contains `sentence`."""
        texts = (self.title, self.detail, *(item.message for item in self.errors))
        return any(sentence in text for text in texts)

    @property
    def is_daily_limit(self) -> bool:
        """Whether the writing limit is used up; live wire and documents differ in the apostrophe."""
        return self.says("reached your daily limit")

    @property
    def is_duplicate(self) -> bool:
        return self.says("already created a note")

    @property
    def duplicate_of(self) -> int | None:
        """The id of the note this writer already has on the post, where that is what the problem says."""
        for item in self.errors:
            if match := _DUPLICATE.search(item.message):
                return int(match.group(1))
        return None

    def wire(self) -> dict[str, Any]:
        """The problem's JSON body; `errors` and `status` only where there are any."""
        body = self.model_dump(mode="json", exclude_none=True)
        return body if self.errors else {key: value for key, value in body.items() if key != "errors"}


def problem_type(dialect: Dialect, name: str) -> str:
    """The `type` URI of a named problem in a dialect."""
    return dialect.problem_base + name


def invalid_request(dialect: Dialect, *items: ProblemItem) -> Problem:
    """The 400 envelope around one or more complaints."""
    return Problem(
        title="Invalid Request",
        detail="One or more parameters to your request was invalid.",
        type=problem_type(dialect, INVALID_REQUEST),
        errors=items,
    )


def unauthorized() -> Problem:
    return Problem(title="Unauthorized", detail="Unauthorized", type=ABOUT_BLANK, status=401)


def forbidden(detail: str) -> Problem:
    return Problem(title="Forbidden", detail=detail, type=ABOUT_BLANK, status=403)
