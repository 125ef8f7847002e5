"""What can go wrong on the writer's side, as classes by meaning.

NotewrightError
├── UserError                    the user's mistake: one sentence, exit status 2, no traceback
│   ├── PluginError              a plugin cannot be found, loaded, or used as what it claims to be
│   ├── CredentialsError         credentials are missing or cannot be read
│   ├── NotAdmitted              live notes were asked for, and the API allows this writer test notes only
│   └── BadInputError            a file holds something it should not: names file, line, field
├── PluginFailure                a plugin raised, hung, or returned something that is no answer
├── RetrievalFailed              a search could not be asked: whether there are sources is not known
└── ApiError                     the API did not do what was asked
    ├── ConnectionFailed         no answer came back
    ├── MalformedAnswer          an answer came back that is not what the protocol describes
    └── ApiProblem               the API answered with a problem; keeps status, headers, problem
        ├── InvalidRequest       400
        │   └── DuplicateNote    400, this writer already has a note on this post
        ├── Unauthorized         401
        ├── Forbidden            403
        │   └── DailyLimitReached    403, the writing limit is used up
        ├── NotFound             404, or a body that says the note is not found
        ├── RateLimited          429, keeps when to come back
        └── ServerFailure        5xx
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from writers.protocol.problems import Problem


class NotewrightError(Exception):
    """Base of everything this project raises on purpose."""


class UserError(NotewrightError):
    """A user's mistake, told in one sentence that names the thing, the place and the remedy."""


class PluginError(UserError):
    """A plugin cannot be found, loaded, or used as what it claims to be."""


class CredentialsError(UserError):
    """Credentials are missing or cannot be read."""


class NotAdmitted(UserError):
    """Live notes were asked for, and the API allows this writer test notes only."""


class BadInputError(UserError):
    """A file holds something it should not."""

    def __init__(
        self, message: str, *, file: Path | str, line: int | None = None, field: str | None = None
    ) -> None:
        place = f"{file}" if line is None else f"{file}, line {line}"
        if field is not None:
            place += f", field '{field}'"
        super().__init__(f"{place}: {message}")
        self.file = Path(file)
        self.line = line
        self.field = field


class PluginFailure(NotewrightError):
    """A plugin raised, hung, or returned something that is no answer."""


class RetrievalFailed(NotewrightError):
    """A search could not be asked: whether there are sources is not known. The message holds no key."""


class ApiError(NotewrightError):
    """The API did not do what was asked."""


class ConnectionFailed(ApiError):
    """No answer came back, after every retry."""


class MalformedAnswer(ApiError):
    """An answer came back that is not what the protocol describes."""


class ApiProblem(ApiError):
    """The API answered with a problem."""

    def __init__(self, status: int, problem: Problem) -> None:
        super().__init__(f"HTTP {status}: {problem.summary()}")
        self.status = status
        self.problem = problem


class InvalidRequest(ApiProblem):
    """HTTP 400."""


class DuplicateNote(InvalidRequest):
    """HTTP 400: this writer already has a note on this post; `note_id` is that note, where told."""

    def __init__(self, status: int, problem: Problem, note_id: int | None) -> None:
        super().__init__(status, problem)
        self.note_id = note_id


class Unauthorized(ApiProblem):
    """HTTP 401: the credentials were not accepted."""


class Forbidden(ApiProblem):
    """HTTP 403: the credentials are good, this is not allowed."""


class DailyLimitReached(Forbidden):
    """HTTP 403: the writing limit of the trailing 24 hours is used up."""


class NotFound(ApiProblem):
    """HTTP 404, or a body that says the note is not found."""


class RateLimited(ApiProblem):
    """HTTP 429. `reset_at_ms` is when the window ends (epoch milliseconds), where told."""

    def __init__(self, status: int, problem: Problem, reset_at_ms: int | None) -> None:
        super().__init__(status, problem)
        self.reset_at_ms = reset_at_ms


class ServerFailure(ApiProblem):
    """HTTP 5xx."""
