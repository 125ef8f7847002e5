"""`notewright eligibility`: admission window, writing limit, feeds: today's values and why."""

from __future__ import annotations

import asyncio
import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.cli.console import ANSWER_IS_NO, JsonOption, answer, answer_json
from harness.cli.options import TargetOption, base_url

if TYPE_CHECKING:
    from rich.console import RenderableType

    from harness.admission.window import NoteBuckets, Verdict
    from harness.eligibility.standing import RecordedNote, Standing
    from writers.protocol.notes import WrittenNote


def eligibility(
    target: TargetOption = "local",
    notes: Annotated[
        Path | None,
        typer.Option(
            "--notes",
            help="Ask about the live notes of a JSON Lines file: created_at_ms, status, rating_count.",
        ),
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", help="Under the rules of this day, YYYY-MM-DD. Default: today's.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """What a writer may do today and why. Exit status 1 where it is not admitted and does not qualify yet."""
    from harness.admission.window import verdict
    from harness.eligibility.ruleset import rules_at
    from harness.eligibility.standing import recorded, standing
    from writers.clock import SystemClock

    now_ms = SystemClock().now_ms()
    rules = rules_at(_day(at) if at else now_ms)
    if notes is not None:
        live, window, admitted = _read_notes(notes), None, None
    else:
        tested, live_notes, admitted = asyncio.run(_ask(base_url(target), window=rules.admission.window))
        window = verdict(tested, rules)
        live = recorded(live_notes)
    found = standing(live, now_ms=now_ms, rules=rules)
    if as_json:
        answer_json(_document(found, window, admitted))
    else:
        answer(_page(found, window, admitted))
    if window is not None and not admitted and not window.qualifies:
        raise typer.Exit(ANSWER_IS_NO)


def _day(text: str) -> date:
    from writers.errors import UserError

    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UserError(f"--at {text}: write the day as YYYY-MM-DD, e.g. --at 2026-03-05") from error


def _read_notes(file: Path) -> list[RecordedNote]:
    from pydantic import ValidationError

    from harness.eligibility.standing import RecordedNote
    from writers.errors import BadInputError

    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(f"cannot be read ({error}); give a JSON Lines file", file=file) from error
    found = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                found.append(RecordedNote.model_validate_json(line))
            except ValidationError as error:
                first = error.errors()[0]
                field = ".".join(str(part) for part in first["loc"]) or None
                raise BadInputError(first["msg"], file=file, line=number, field=field) from error
    return found


async def _ask(url: str, *, window: int) -> tuple[list[NoteBuckets], list[WrittenNote], bool]:
    """Verdicts on the newest evaluated test notes, live notes, and whether these are open to this writer."""
    from writers.auth import credentials_from_environment
    from writers.client import NotesClient
    from writers.clock import SystemClock
    from writers.errors import Forbidden, InvalidRequest

    clock = SystemClock()
    tested: list[NoteBuckets] = []
    async with NotesClient(url, credentials_from_environment(os.environ), clock=clock) as client:
        # A writer may have thousands of test notes; only those of the window are asked for.
        async for note in client.written(test_mode=True):
            if buckets := _buckets(note):
                tested.append(buckets)
            if len(tested) == window:
                break
        try:
            live_notes = [note async for note in client.written(test_mode=False)]
        except (Forbidden, InvalidRequest):
            return tested, [], False
    return tested, live_notes, True


def _buckets(note: WrittenNote) -> NoteBuckets:
    outcomes = note.test_result.evaluation_outcome if note.test_result else ()
    return {outcome.evaluator_type: outcome.evaluator_score_bucket for outcome in outcomes}


def _document(found: Standing, window: Verdict | None, admitted: bool | None) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "admitted": admitted,
        "admission": None if window is None else asdict(window),
        "certain": found.certain,
        "unknown_rating_counts": found.unknown_rating_counts,
        "most_writing_limit": found.most.writing_limit,
        **found.least.document().model_dump(mode="json"),
    }


def _page(found: Standing, window: Verdict | None, admitted: bool | None) -> RenderableType:
    from rich import box
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    document = found.least.document()
    parts: list[RenderableType] = [Text(document.rules, style="dim")]
    if window is not None:
        parts.append(Text(f"\nAdmission: {_admission_words(window, admitted)}", style="bold"))
        criteria = Table(box=box.SIMPLE_HEAD)
        for heading in ("criterion", "reached", "demanded", ""):
            criteria.add_column(heading, justify="left" if heading == "criterion" else "right")
        for criterion in window.criteria:
            bound = "at least" if criterion.at_least else "at most"
            criteria.add_row(
                criterion.name,
                f"{100 * criterion.share:.0f} %",
                f"{bound} {100 * criterion.demanded:g} %",
                "met" if criterion.passed else "not met",
            )
        parts += [criteria, *(Text(f"  {reason}") for reason in window.reasons)]
    limit = str(found.least.writing_limit)
    if not found.certain:
        limit += f" to {found.most.writing_limit}"
    used = f"{document.written_last_24h} used in the last 24 hours"
    parts += [
        Text(f"\nWriting limit: {limit} notes a day, {used}", style="bold"),
        Text(f"  {document.explanation.sentence}"),
    ]
    if not found.certain:
        parts.append(
            Text(f"  A range, because the rating counts of {found.unknown_rating_counts} notes are not told.")
        )
    if admitted:
        parts.append(Text("  Deleted notes count as well, and the API does not tell of them.", style="dim"))
    inputs = Table(box=box.SIMPLE_HEAD)
    for heading in ("input", "value", "counted"):
        inputs.add_column(heading, justify="right" if heading == "value" else "left")
    for entry in document.explanation.inputs:
        inputs.add_row(entry.name, f"{entry.value:.4g}", entry.counted)
    parts.append(inputs)
    parts += [Text(f"  {change.sentence}") for change in document.explanation.changes]
    parts += [Text(f"  {cliff.sentence}") for cliff in document.explanation.cliffs]
    for title, abilities in (("Feeds", document.feeds), ("Other abilities", document.abilities)):
        parts.append(Text(f"\n{title}", style="bold"))
        for ability in abilities:
            needs = "; ".join(ability.requirements)
            parts.append(Text(f"  {ability.name}: {'open' if ability.open else 'not earned'}. {needs}"))
    return Group(*parts)


def _admission_words(window: Verdict, admitted: bool | None) -> str:
    if admitted:
        return "admitted, live notes are open"
    if window.qualifies:
        return "qualifies, waits for the random draw"
    return f"not yet ({window.window} evaluated test notes)"
