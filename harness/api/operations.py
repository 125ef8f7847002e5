"""What is common to all operations: who asks, how often, in which spelling, and how a refusal is told."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy.exc import OperationalError
from starlette.requests import Request
from starlette.responses import Response

from harness.admission.evaluator import NoteEvaluator
from harness.api import problems
from harness.api.authentication import Authenticator, SignedRequest, require_access
from harness.api.pages import Pages
from harness.api.problems import Refusal
from harness.api.query import Query, parse_query
from harness.api.rate_limits import RateLimiter, Window
from harness.api.settings import ServerSettings
from harness.eligibility import Eligibility, RuleSet, assess
from harness.store import Store, WriterAccount
from writers.clock import DAY_MS, Clock
from writers.protocol.dialects import DIALECTS, Dialect

log = logging.getLogger(__name__)

FEED: Final = "feed"
CREATE: Final = "create"
DELETE: Final = "delete"
WRITTEN: Final = "written"
EVALUATE: Final = "evaluate"


class Services:
    """What the operations work with."""

    def __init__(
        self,
        store: Store,
        *,
        clock: Clock,
        settings: ServerSettings,
        evaluator: NoteEvaluator,
        rules_at: Callable[[int], RuleSet],
    ) -> None:
        self.store = store
        self.clock = clock
        self.settings = settings
        self.evaluator = evaluator
        self.rules_at = rules_at
        self.pages = Pages(store, window_ms=settings.feed_window_ms)
        self.authenticator = Authenticator(store, tolerance_ms=settings.signature_tolerance_ms)
        self.limits = _rate_limiter(settings)

    def eligibility(self, writer: WriterAccount, now_ms: int) -> Eligibility:
        """What a writer may do now, from its live notes and the rules in force."""
        records = self.store.live_note_records(writer.writer_id)
        return assess(records, now_ms=now_ms, rules=self.rules_at(now_ms))


@dataclass(frozen=True, slots=True)
class Call:
    """One authenticated request."""

    services: Services
    request: Request
    writer: WriterAccount
    dialect: Dialect
    query: Query
    now_ms: int

    def require_admission(self) -> None:
        """Refuse what only admitted writers may do."""
        if self.writer.admitted_at_ms is None:
            raise problems.not_admitted(self.dialect, self.services.settings.not_admitted_status)


Operation = Callable[[Call], Awaitable[Response]]
"""Answers a call, or raises `Refusal`."""


def endpoint(
    services: Services, name: str, operation: Operation, *, dialect: Dialect | None = None
) -> Callable[[Request], Awaitable[Response]]:
    """The operation as an HTTP endpoint.

    Its dialect is `dialect`, or told by how the query is spelled, or the default of the settings.
    """
    default = DIALECTS[services.settings.default_dialect]

    async def answer(request: Request) -> Response:
        now_ms = services.clock.now_ms()
        spelling = dialect or default
        headers: dict[str, str] = {}
        try:
            pairs = parse_query(request.scope["query_string"])
            spelling = dialect or _dialect_of(pairs) or default
            signed = SignedRequest(request.method, _sent_url(request), pairs, request.headers)
            caller = await services.authenticator.caller(signed, now_ms=now_ms)
            writer = caller.account
            headers["x-access-level"] = caller.access_level
            allowance = services.limits.take(writer.writer_id, name, now_ms)
            headers.update(allowance.headers)
            if not allowance.allowed:
                raise problems.too_many_requests(spelling, services.settings.rate_limit_body)
            require_access(caller, request.method, spelling)
            call = Call(services, request, writer, spelling, Query(pairs, spelling), now_ms)
            response = await operation(call)
        except Refusal as refusal:
            response = refusal.response(services.settings.problem_media_type)
        except (OperationalError, sqlite3.OperationalError):
            log.exception("the store did not answer")
            response = problems.plain(503, "Service Unavailable").response(
                services.settings.problem_media_type
            )
        response.headers.update(headers)
        return response

    # The framework names routes after their function.
    answer.__name__ = name
    return answer


def json_response(body: str | bytes, status: int = 200) -> Response:
    return Response(body, status_code=status, media_type="application/json")


def _dialect_of(query: Iterable[tuple[str, str]]) -> Dialect | None:
    """The dialect whose selector a query uses; the later of the two where it uses both."""
    names = {name for name, _ in query}
    named = [dialect for dialect in DIALECTS.values() if dialect.fields_parameter in names]
    return named[-1] if named else None


def _sent_url(request: Request) -> str:
    """The address as the client sent it: signatures are over its very characters."""
    scope = request.scope
    path = scope.get("raw_path") or request.url.path.encode()
    return f"{scope['scheme']}://{request.headers.get('host', '')}{path.decode('latin-1').partition('?')[0]}"


def _rate_limiter(settings: ServerSettings) -> RateLimiter:
    length_ms = settings.rate_limit_window_ms
    plain = (Window(settings.rate_limit, length_ms),)
    create = list(plain)
    if settings.notes_requests_per_day is not None:
        families = tuple(f"x-{whose}-limit-24hour" for whose in settings.daily_limit_headers)
        create.append(Window(settings.notes_requests_per_day, DAY_MS, families))
    return RateLimiter(
        {
            FEED: (Window(settings.feed_rate_limit, length_ms),),
            CREATE: create,
            DELETE: plain,
            WRITTEN: plain,
            EVALUATE: plain,
        }
    )
