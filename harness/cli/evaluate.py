"""`notewright evaluate --post … TEXT`: the local evaluator's verdicts on one note."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.console import ANSWER_IS_NO, JsonOption, answer, answer_json

if TYPE_CHECKING:
    from harness.admission.evaluator import Evaluation
    from harness.admission.links import LinkChecker
    from writers.protocol.posts import Post


def evaluate(
    text: Annotated[str, typer.Argument(help="The note's text, its links included.")],
    post: Annotated[
        str, typer.Option("--post", help="The post: its text, or a JSON file with it in the feed's shape.")
    ] = "",
    links: Annotated[
        Path | None,
        typer.Option("--links", help="Answer link checks from this recorded table, not from the network."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """The local evaluator's verdicts on one note: ours, not X's. Exit status 1 where any is Low."""
    from rich import box
    from rich.table import Table

    from writers.protocol.notes import ScoreBucket

    result, source = asyncio.run(_evaluate(_post(post), text, links))
    if as_json:
        answer_json(
            {
                "claim_opinion_score": result.claim_opinion_score,
                "buckets": {str(name): str(bucket) for name, bucket in result.buckets.items()},
                "reasons": {str(name): reason for name, reason in result.reasons.items()},
                "link_checks": source,
            }
        )
    else:
        table = Table(
            box=box.SIMPLE_HEAD, caption=f"Links were checked against {source}.", caption_justify="left"
        )
        for heading in ("evaluator", "verdict", "why"):
            table.add_column(heading, overflow="fold")
        for name, bucket in result.buckets.items():
            table.add_row(name, bucket, result.reasons.get(name, ""))
        table.add_row(
            "claim_opinion_score", f"{result.claim_opinion_score:+.2f}", "unbounded; higher is better"
        )
        answer(table)
    if ScoreBucket.LOW in result.buckets.values():
        raise typer.Exit(ANSWER_IS_NO)


async def _evaluate(post: Post, text: str, table: Path | None) -> tuple[Evaluation, str]:
    from harness.admission.evaluator import LocalEvaluator
    from harness.admission.links import RecordedLinks, WebLinks
    from writers.clock import SystemClock
    from writers.safe_http import guarded_transport

    web = None if table else WebLinks(guarded_transport(), clock=SystemClock())
    links: LinkChecker = web or RecordedLinks.read(table or Path())
    evaluator = LocalEvaluator(links)
    try:
        return await evaluator.evaluate(post, text), evaluator.link_checks
    finally:
        if web is not None:
            await web.aclose()


def _post(given: str) -> Post:
    """The post that `--post` means: a JSON file where there is one of that name, else its text."""
    from pydantic import ValidationError

    from writers.clock import SystemClock
    from writers.errors import BadInputError
    from writers.protocol.posts import FeedPage, Post

    file = Path(given) if given.endswith(".json") else None
    if file is None:
        return Post(id=0, text=given, created_at_ms=SystemClock().now_ms())
    try:
        page = FeedPage.model_validate_json('{"data": [' + file.read_text(encoding="utf-8") + "]}")
    except OSError as error:
        raise BadInputError(f"cannot be read ({error.strerror}); check the path", file=file) from None
    except (ValidationError, UnicodeDecodeError) as error:
        raise BadInputError("is not one post in the feed's shape, as JSON", file=file) from error
    return next(page.posts())
