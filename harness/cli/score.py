"""`notewright score DIR --output DIR`: public data in, official output files out."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from harness.cli.console import JsonOption, answer, answer_json, complain, tell

if TYPE_CHECKING:
    from scoring.errors import InputError
    from scoring.prescoring import Prescoring
    from scoring.scored import Scored
    from scoring.tables.arrays import Tables

Phase = Literal["prescoring", "final", "all"]
FileFormat = Literal["tsv", "parquet"]

PRESCORING_FILE = "prescoring.npz"
MOST_COMPLAINTS_SHOWN = 5
EARLIEST_MS = 1_577_836_800_000
"""2020-01-01, a year before the first note; a smaller time is in another unit."""
LATEST_MS = 100 * EARLIEST_MS


def score(
    data: Annotated[Path, typer.Argument(help="Folder with the four public input tables.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder for the outputs; made where missing.")
    ],
    phase: Annotated[
        Phase,
        typer.Option(
            help="'prescoring' finds out where raters stand, 'final' takes that and scores the notes, "
            "'all' does both. The next hour's run can be 'final' on the same --output."
        ),
    ] = "all",
    as_of: Annotated[
        int | None,
        typer.Option(
            "--as-of",
            help="Score as of this time, epoch milliseconds. Default: the newest row's, at most now.",
        ),
    ] = None,
    pseudo_raters: Annotated[
        bool | None,
        typer.Option(
            "--pseudo-raters/--no-pseudo-raters",
            help="Bound each intercept by imagined extreme raters, as the official run does. Default: yes.",
            show_default=False,
        ),
    ] = None,
    pss: Annotated[
        Path | None,
        typer.Option(
            help="Table of raters who choose the same posts or rate alike (post-selection similarity)."
        ),
    ] = None,
    prescoring: Annotated[
        Path | None,
        typer.Option(help=f"What --phase final starts from. Default: {PRESCORING_FILE} in --output."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Of the random starts of prescoring. Default: 0.")
    ] = None,
    on_error: Annotated[
        Literal["stop", "skip"], typer.Option("--on-error", help="What a bad row does: stop, or be left out.")
    ] = "stop",
    file_format: Annotated[
        Literal["tsv", "parquet", "both"], typer.Option("--format", help="What the outputs are written as.")
    ] = "tsv",
    as_json: JsonOption = False,
) -> None:
    """Score public Community Notes data: statuses, factors and contributors' figures.

    'notewright why' tells any note's story from the outputs.
    """
    from scoring.compilation import on_first_compilation
    from writers.clock import SystemClock

    _refuse_mistakes(output, phase, as_of, pseudo_raters, pss, prescoring, seed)
    start = prescoring or output / PRESCORING_FILE
    if phase == "final":
        _refuse_missing(start)
    with on_first_compilation(_tell_of_compilation):
        tables, left_out = _read(data, pss, on_error=on_error)
        as_of_ms = _as_of(as_of, tables, SystemClock().now_ms())
        before = _load(start, tables, data) if phase == "final" else _prescore(tables, as_of_ms, seed or 0)
        scored = None
        if phase != "prescoring":
            scored = _final(tables, before, as_of_ms, pseudo_raters=pseudo_raters is not False)
        formats: tuple[FileFormat, ...] = ("tsv", "parquet") if file_format == "both" else (file_format,)
        files = _write(tables, before, scored, output, formats, phase)
    if as_json:
        answer_json(_document(tables, before, scored, as_of_ms, phase, left_out, files))
    else:
        _answer(tables, before, scored, output, files)


def _refuse_mistakes(
    output: Path,
    phase: Phase,
    as_of: int | None,
    pseudo_raters: bool | None,
    pss: Path | None,
    prescoring: Path | None,
    seed: int | None,
) -> None:
    """Options that would do nothing, times in another unit, a file where the folder should be."""
    from writers.errors import UserError

    if phase == "final" and pss is not None:
        raise UserError(
            "--pss: with --phase final the similar raters come with the prescoring result; "
            "give it to --phase prescoring"
        )
    if phase == "final" and seed is not None:
        raise UserError("--seed: the final phase draws nothing at random; give it to --phase prescoring")
    if phase != "final" and prescoring is not None:
        raise UserError(
            f"--prescoring: --phase {phase} makes a prescoring result; only --phase final takes one"
        )
    if phase == "prescoring" and pseudo_raters is not None:
        raise UserError("--pseudo-raters: they belong to the final phase; leave it out here")
    if output.exists() and not output.is_dir():
        raise UserError(f"--output {output}: this is a file; name a folder")
    if as_of is not None and not EARLIEST_MS <= as_of <= LATEST_MS:
        unit = "seconds" if EARLIEST_MS <= as_of * 1000 <= LATEST_MS else "another unit"
        example = f"{as_of * 1000}" if unit == "seconds" else f"{EARLIEST_MS} for 2020-01-01"
        raise UserError(f"--as-of {as_of}: this looks like {unit}; give epoch milliseconds, e.g. {example}")


def _tell_of_compilation() -> None:
    tell("  compiling, a matter of seconds, this first time only")


def _read(
    data: Path, pss: Path | None, *, on_error: Literal["stop", "skip"]
) -> tuple[Tables, list[InputError]]:
    from dataclasses import replace

    from scoring.tables.clusters import read_clusters
    from scoring.tables.files import raise_error
    from scoring.tables.read import read_tables

    left_out: list[InputError] = []
    with _told(f"Reading {data}"):
        tables = read_tables(data, on_error=raise_error if on_error == "stop" else left_out.append)
        if pss is not None:
            tables = replace(tables, clusters=read_clusters(pss, tables.participant_ids))
    for error in left_out[:MOST_COMPLAINTS_SHOWN]:
        complain(f"left out: {error}")
    if len(left_out) > MOST_COMPLAINTS_SHOWN:
        complain(f"left out: {len(left_out) - MOST_COMPLAINTS_SHOWN} more rows")
    tell(
        f"  {len(tables.ratings):,} ratings of {len(tables.notes):,} notes, "
        f"{len(tables.participant_ids):,} participants"
    )
    return tables, left_out


def _as_of(given: int | None, tables: Tables, now_ms: int) -> int:
    """The time to score as of; says so where rows are newer, because they count all the same."""
    as_of_ms = min(tables.newest_ms or now_ms, now_ms) if given is None else given
    later = sum(
        int((times > as_of_ms).sum()) for times in (tables.notes.created_at_ms, tables.ratings.created_at_ms)
    )
    if later:
        than = "now" if given is None else "--as-of"
        tell(f"  {later:,} notes and ratings are newer than {than}; they count all the same")
    return as_of_ms


def _prescore(tables: Tables, as_of_ms: int, seed: int) -> Prescoring:
    import scoring

    with _told("Prescoring"):
        result = scoring.prescore(tables, as_of_ms=as_of_ms, seed=seed)
    for name, model in result.models.items():
        if not model.ratings:
            tell(f"  {name}: too few ratings for a fit")
            continue
        tell(
            f"  {name}: {model.ratings:,} ratings of {model.notes:,} notes by {model.raters:,} helpful "
            f"raters; loss {model.loss:.6f} from the {model.start} start "
            f"(first round {model.first_loss:.6f}, {model.first_start})"
        )
    return result


def _refuse_missing(path: Path) -> None:
    from scoring.errors import PrescoringError

    if not path.is_file():
        raise PrescoringError(
            f"{path}: there is no such prescoring result; run --phase prescoring first, "
            "or name one with --prescoring FILE"
        )


def _load(path: Path, tables: Tables, data: Path) -> Prescoring:
    from scoring.errors import PrescoringError
    from scoring.prescoring import Prescoring

    result = Prescoring.load(path)
    if len(result.participant_ids) and set(result.participant_ids).isdisjoint(tables.participant_ids):
        raise PrescoringError(
            f"{path}: made from other data, for none of its {len(result.participant_ids):,} participants "
            f"occurs in {data}; run --phase prescoring on these"
        )
    return result


def _final(tables: Tables, prescoring: Prescoring, as_of_ms: int, *, pseudo_raters: bool) -> Scored:
    import scoring

    with _told("Final scoring"):
        return scoring.final_score(tables, prescoring, as_of_ms=as_of_ms, pseudo_raters=pseudo_raters)


def _write(
    tables: Tables,
    prescoring: Prescoring,
    scored: Scored | None,
    output: Path,
    formats: tuple[FileFormat, ...],
    phase: Phase,
) -> list[Path]:
    from scoring.errors import OutputError
    from scoring.outputs import write_outputs, write_prescoring_outputs
    from scoring.why.record import write_note_stories

    files: list[Path] = []
    with _told(f"Writing to {output}"):
        try:
            output.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(
                f"{output}: cannot be made ({error.strerror}); name a folder that can be written"
            ) from error
        if phase != "final":
            prescoring.save(output / PRESCORING_FILE)
            files.append(output / PRESCORING_FILE)
        if phase == "prescoring":
            files += write_prescoring_outputs(prescoring, output, formats=formats)
        if scored is not None:
            files += write_outputs(scored, tables, output, formats=formats)
            files.append(write_note_stories(scored, output))
    return files


@contextmanager
def _told(what: str) -> Iterator[None]:
    """A line on stderr when a step begins, and one when it is done."""
    tell(f"{what} …")
    began = time.perf_counter()
    yield
    tell(f"  {time.perf_counter() - began:.1f} s")


def _document(
    tables: Tables,
    prescoring: Prescoring,
    scored: Scored | None,
    as_of_ms: int,
    phase: Phase,
    left_out: list[InputError],
    files: list[Path],
) -> dict[str, Any]:
    document: dict[str, Any] = {
        "phase": phase,
        "as_of_ms": as_of_ms,
        "prescoring_as_of_ms": prescoring.as_of_ms,
        "notes": len(tables.notes),
        "ratings": len(tables.ratings),
        "rows_left_out": len(left_out),
        "models": {
            name: {
                "ratings": model.ratings,
                "notes": model.notes,
                "raters": model.raters,
                "loss": _number(model.loss),
                "start": model.start,
                "first_loss": _number(model.first_loss),
                "first_start": model.first_start,
            }
            for name, model in prescoring.models.items()
        },
        "files": [str(file) for file in files],
    }
    if scored is not None:
        document["statuses"] = dict(sorted(_statuses(scored).items()))
    return document


def _number(value: float) -> float | None:
    """JSON knows no NaN."""
    return None if value != value else value


def _statuses(scored: Scored) -> Counter[str]:
    return Counter(scored.status_name(note) for note in range(len(scored)))


def _answer(
    tables: Tables, prescoring: Prescoring, scored: Scored | None, output: Path, files: list[Path]
) -> None:
    from rich.text import Text

    if scored is None:
        raters = max((int(model.above_threshold.sum()) for model in prescoring.models.values()), default=0)
        told = f"{len(tables.participant_ids):,} participants, {raters:,} helpful raters."
    else:
        counts = ", ".join(
            f"{count:,} {name.replace('_', ' ').title()}" for name, count in _statuses(scored).most_common()
        )
        told = f"{len(scored):,} notes: {counts}." if counts else "There is no note to score."
    answer(Text(f"{told}\nWritten to {output}: {', '.join(file.name for file in files)}"))
