"""`notewright why NOTE_ID --output DIR`: why a note has its status, from a scoring run's output."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from math import isinf
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.cli.console import JsonOption, answer, answer_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import RenderableType
    from rich.table import Table

    from scoring.why.told import ModelTold, RuleTold, Story

STATUSES = {
    "CURRENTLY_RATED_HELPFUL": "Helpful",
    "CURRENTLY_RATED_NOT_HELPFUL": "Not Helpful",
    "NEEDS_MORE_RATINGS": "Needs More Ratings",
    "NEEDS_YOUR_HELP": "Needs Your Help",
    "FIRM_REJECT": "Firm Reject",
}
"""Published status → what people read."""

INNER_STATUSES = {
    "NEEDS_YOUR_HELP": "would be Helpful but for the balance of sides, or for a few raters' weight",
    "FIRM_REJECT": "needs more ratings, and no wider model may make it Helpful",
}
"""Statuses that exist only inside a model, in plain words."""

QUANTITY_WIDTH = 48
VALUE_WIDTH = 8
DEMAND_WIDTH = 15
"""So that a rule's lines fit 80 columns."""


def why(
    note_id: Annotated[str, typer.Argument(help="The note's id.", metavar="NOTE_ID")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder that 'notewright score' wrote its outputs to.")
    ],
    every_model: Annotated[
        bool, typer.Option("--all-models", help="The rules of every model, not only of the one that decides.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Tell a note's story: its ratings by side, each rule with its limit, and what is missing for Helpful."""
    from scoring.why.story import read_story

    story = read_story(output, _number(note_id))
    if as_json:
        answer_json(_finite(asdict(story)) | {"note_id": str(story.note_id)})
    else:
        answer(_page(story, every_model=every_model))


def _finite(document: Any) -> Any:
    """The document with null for what is beyond measure: JSON knows no infinity."""
    if isinstance(document, dict):
        return {name: _finite(value) for name, value in document.items()}
    if isinstance(document, list | tuple):
        return [_finite(value) for value in document]
    return None if isinstance(document, float) and isinf(document) else document


def _number(text: str) -> int:
    from writers.errors import UserError

    # isdigit alone accepts digits of every script, superscripts included.
    if not (text.isascii() and text.isdigit() and int(text) < 2**63):
        raise UserError(f"NOTE_ID {text}: a note's id is a number such as 1788000000000000001")
    return int(text)


def _page(story: Story, *, every_model: bool) -> RenderableType:
    from rich.console import Group
    from rich.text import Text

    model = story.deciding_model
    parts: list[RenderableType] = [
        Text(f"Note {story.note_id}: {STATUSES[story.status]}", style="bold"),
        Text(f"As of {_moment(story.as_of_ms)}. Decided by {story.decided_by}: {story.meaning}."),
        Text(f"{model.name} says {STATUSES[model.status]}, by {model.decided_by}: {model.meaning}."),
        Text(_past(story)),
        _missing(story),
        _heading("Ratings"),
        *_ratings(story, model),
        _heading("Models, narrowest audience first; the first that captures the note decides"),
        *_models(story),
    ]
    for told in story.models if every_model else (model,):
        parts += [_heading(f"Rules of {told.name}, in order; a later one overrules"), *_rules(told.rules)]
        parts += _tags(told)
    parts += [_heading("From the models' statuses to the note's"), *_rules(story.rules)]
    parts += _explanation(story)
    return Group(*parts)


def _moment(time_ms: int) -> str:
    return f"{datetime.fromtimestamp(time_ms / 1000, tz=UTC):%Y-%m-%d %H:%M} UTC"


def _past(story: Story) -> str:
    before = STATUSES[story.previous_status] if story.previous_status else "never scored"
    told = f"Before this run: {before}"
    if story.waiting_since_ms is not None:
        told += f", waiting since {_moment(story.waiting_since_ms)} to be shown as Helpful"
    if not story.locked_status:
        return f"{told}. Not locked."
    when = "" if story.locked_ms is None else f" since {_moment(story.locked_ms)}"
    return f"{told}. Locked as {STATUSES[story.locked_status]}{when}."


def _heading(words: str) -> RenderableType:
    from rich.text import Text

    return Text(f"\n{words}", style="bold underline")


def _missing(story: Story) -> RenderableType:
    from rich.console import Group
    from rich.padding import Padding
    from rich.text import Text

    if not story.missing:
        return Text("Nothing is missing for Helpful.")
    lines = [Padding(Text(line), (0, 0, 0, 2)) for line in story.missing]
    return Group(Text("Missing for Helpful:"), *lines)


def _ratings(story: Story, model: ModelTold) -> Iterator[RenderableType]:
    from rich.text import Text

    heard = sum(side.helpful + side.somewhat_helpful + side.not_helpful for side in model.sides)
    yield Text(
        f"{story.ratings} by everybody, {model.ratings_heard} by raters whom {model.name} hears, "
        f"{heard} by those of them whose ratings proved helpful; of these:"
    )
    table = _table("side", "helpful", "somewhat", "not helpful", "net", "mean")
    for side in model.sides:
        table.add_row(
            side.side,
            str(side.helpful),
            str(side.somewhat_helpful),
            str(side.not_helpful),
            str(side.net_helpful).replace("-", "−"),
            _figure(side.mean, decimals=2),
        )
    yield table
    between = ""
    if model.highest_intercept is not None:
        bounds = f"{_figure(model.lowest_intercept)} and {_figure(model.highest_intercept)}"
        between = f" (one more helpful rating by an extreme rater: between {bounds})"
    yield Text(f"Intercept, how helpful apart from viewpoint: {_figure(model.intercept)}{between}")
    yield Text(f"Factor, which side it pleases: {_figure(model.factor)}")


def _models(story: Story) -> Iterator[RenderableType]:
    from rich.text import Text

    table = _table("model", "intercept", "status", "why it decides, or does not", right=("intercept",))
    for told in story.models:
        status = STATUSES[told.status] if told.status else "–"
        why = f"decides: {told.why}" if told.decides else told.why
        table.add_row(told.name, _figure(told.intercept), status, why, style="bold" if told.decides else "")
    for column in table.columns[:-1]:
        column.no_wrap = True
    yield table
    for status, meaning in INNER_STATUSES.items():
        if any(told.status == status for told in story.models):
            yield Text(f"{STATUSES[status]}: {meaning}", style="dim")


def _rules(rules: Iterable[RuleTold]) -> Iterator[RenderableType]:
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    for rule in rules:
        name = rule.name.partition(" (")[0]
        if rule.fired:
            yield Text(f"{name} → {STATUSES[rule.status]}: {rule.meaning}", style="bold")
        elif rule.asked:
            yield Text(f"{name}, silent; it would say: {rule.meaning}")
        else:
            yield Text(f"{name}, not asked; it would say: {rule.meaning}", style="dim")
        grid = Table.grid(padding=(0, 1))
        grid.add_column(width=QUANTITY_WIDTH)
        grid.add_column(width=VALUE_WIDTH, justify="right")
        grid.add_column(width=DEMAND_WIDTH)
        grid.add_column(width=3)
        for criterion in rule.criteria:
            found = f" ({criterion.found_in})" if criterion.found_in else ""
            grid.add_row(
                criterion.quantity + found,
                criterion.figures[0],
                criterion.demand,
                "yes" if criterion.holds else "no",
                style="" if rule.asked else "dim",
            )
        if rule.criteria:
            yield Padding(grid, (0, 0, 0, 2))


def _tags(model: ModelTold) -> Iterator[RenderableType]:
    if not model.tags:
        return
    yield _heading(f"Not-helpful tags by weight of the raters near the note's side, {model.name}")
    table = _table("tag", "weight", "share", "limit", "sticks out")
    for tag in model.tags:
        table.add_row(
            tag.tag,
            _figure(tag.weight, decimals=2),
            _figure(tag.share),
            _figure(tag.share_allowed),
            "yes" if tag.sticks_out else "no",
        )
    yield table


def _explanation(story: Story) -> Iterator[RenderableType]:
    from rich.text import Text

    yield _heading("Tags by number of raters, everybody's")
    for title, tags in (("Helpful", story.helpful_tags), ("Not helpful", story.not_helpful_tags)):
        told = ", ".join(f"{name} {count}" for name, count in sorted(tags.items(), key=lambda tag: -tag[1]))
        yield Text(f"{title}: {told or 'none'}")


def _table(*headings: str, right: tuple[str, ...] | None = None) -> Table:
    """The first column is text; so is any other not named in ``right``, where that is given."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for number, heading in enumerate(headings):
        figures = heading in right if right is not None else number > 0
        table.add_column(heading, justify="right" if figures else "left", overflow="fold")
    return table


def _figure(value: float | None, *, decimals: int = 3) -> str:
    return "–" if value is None else f"{value:.{decimals}f}".replace("-", "−")
