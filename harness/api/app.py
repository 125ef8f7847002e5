"""The local X: an application that serves the AI Note Writer API over a store."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Lifespan

from harness.admission.evaluator import NoteEvaluator
from harness.api import operations, problems
from harness.api.documentation import DESCRIPTION, TITLE, openapi_document
from harness.api.evaluate import evaluate
from harness.api.faults import FaultLayer
from harness.api.feed import feed
from harness.api.notes import create_note, delete_note
from harness.api.operations import Operation, Services, endpoint
from harness.api.settings import ServerSettings
from harness.api.written import written
from harness.eligibility import RuleSet, rules_at
from harness.store import Store
from writers.clock import Clock
from writers.protocol.dialects import FEED_PATH, NOTES_PATH, POST, TWEET, WRITTEN_PATH, Dialect

OPENAPI_PATH = "/openapi.json"


def create_app(
    store: Store,
    *,
    clock: Clock,
    evaluator: NoteEvaluator,
    settings: ServerSettings | None = None,
    rules: RuleSet | None = None,
    lifespan: Lifespan[FastAPI] | None = None,
) -> FastAPI:
    """The API as an ASGI application.

    Args:
        store: What it remembers. The caller closes it.
        clock: What time it is.
        evaluator: Answers the evaluate operation.
        settings: How it answers; the defaults where None.
        rules: Under which rules writers earn what they may do; where None, those in force at each moment.
        lifespan: What goes on while it is served, such as the rounds of evaluation.
    """
    settings = settings or ServerSettings()
    services = Services(
        store,
        clock=clock,
        settings=settings,
        evaluator=evaluator,
        rules_at=rules_at if rules is None else lambda _now_ms: rules,
    )
    app = FastAPI(
        title=TITLE,
        description=DESCRIPTION,
        version="2",
        openapi_url=OPENAPI_PATH,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )

    app.openapi = functools.cache(lambda: openapi_document(settings))  # type: ignore[method-assign]

    def add(
        method: str, path: str, name: str, operation: Operation, *, dialect: Dialect | None = None
    ) -> None:
        # The framework's own routes look for dependencies and models at every request; these have none.
        route = Route(path, endpoint(services, name, operation, dialect=dialect), include_in_schema=False)
        route.methods = {method}
        app.router.routes.append(route)

    add("GET", FEED_PATH, operations.FEED, feed)
    add("GET", WRITTEN_PATH, operations.WRITTEN, written)
    add("POST", NOTES_PATH, operations.CREATE, create_note)
    for dialect in (TWEET, POST):
        add("POST", dialect.evaluate_path, operations.EVALUATE, evaluate, dialect=dialect)
    # Without this, `evaluate` would be taken for the id of a note to delete.
    app.add_route(POST.evaluate_path, _post_only, methods=["DELETE"], include_in_schema=False)
    add("DELETE", f"{NOTES_PATH}/{{id}}", operations.DELETE, delete_note)
    app.add_exception_handler(
        HTTPException, _plainly(settings, lambda error: (error.status_code, error.detail))
    )
    app.add_exception_handler(Exception, _plainly(settings, lambda _error: (500, "Internal Server Error")))
    if settings.faults.wanted:
        # Around everything else: only there can a connection be broken.
        app.middleware_stack = FaultLayer(app.build_middleware_stack(), settings, clock)
    return app


async def _post_only(_request: Request) -> Response:
    raise HTTPException(405, headers={"Allow": "POST"})


def _plainly(
    settings: ServerSettings, told: Callable[..., tuple[int, str]]
) -> Callable[[Request, Exception], Awaitable[Response]]:
    """Answers an error of the framework's (no such path, no such method, a defect) with a problem."""

    async def answer(_request: Request, error: Exception) -> Response:
        response = problems.plain(*told(error)).response(settings.problem_media_type)
        response.headers.update(getattr(error, "headers", None) or {})
        return response

    return answer
