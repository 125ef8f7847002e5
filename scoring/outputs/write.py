"""Writing the output files: all of them appear, whole, or none does."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

import polars as pl

from scoring.errors import OutputError
from scoring.outputs.aux_note_info import aux_note_info
from scoring.outputs.columns import (
    AUX_NOTE_INFO,
    HELPFULNESS_SCORES,
    NOTE_STATUS_HISTORY,
    PRESCORING_NOTES,
    PRESCORING_RATERS,
    SCORED_NOTES,
    OutputFile,
)
from scoring.outputs.helpfulness_scores import helpfulness_scores
from scoring.outputs.note_status_history import note_status_history
from scoring.outputs.prescoring import prescoring_notes, prescoring_raters
from scoring.outputs.scored_notes import scored_notes
from scoring.prescoring import Prescoring
from scoring.scored import Scored
from scoring.tables.arrays import Tables

Format = Literal["tsv", "parquet"]

Output = tuple[OutputFile, pl.DataFrame]

_TRUTH: Final = {True: "True", False: "False"}
"""As the official writer spells it."""


def write_outputs(
    scored: Scored, tables: Tables, folder: Path | str, *, formats: Sequence[Format] = ("tsv",)
) -> list[Path]:
    """Write scored_notes, helpfulness_scores, note_status_history and aux_note_info; gives the paths written.

    ``tables`` are those that ``scored`` came from. Raises OutputError where the files cannot be written; then
    those of an earlier round stay.
    """
    return _write_all(
        Path(folder),
        formats,
        (SCORED_NOTES, scored_notes(tables, scored)),
        (HELPFULNESS_SCORES, helpfulness_scores(tables, scored)),
        (NOTE_STATUS_HISTORY, note_status_history(tables, scored)),
        (AUX_NOTE_INFO, aux_note_info(tables, scored)),
    )


def write_prescoring_outputs(
    prescoring: Prescoring, folder: Path | str, *, formats: Sequence[Format] = ("tsv",)
) -> list[Path]:
    """Write prescoring_rater_model_output and prescoring_note_model_output; gives the paths written.

    They are for reading: the final phase starts from what ``Prescoring.save`` wrote. Raises OutputError like
    :func:`write_outputs`.
    """
    return _write_all(
        Path(folder),
        formats,
        (PRESCORING_RATERS, prescoring_raters(prescoring)),
        (PRESCORING_NOTES, prescoring_notes(prescoring)),
    )


def _write_all(folder: Path, formats: Sequence[Format], *outputs: Output) -> list[Path]:
    partials: dict[Path, Path] = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, frame in outputs:
            for suffix in formats:
                path = folder / f"{file.stem}.{suffix}"
                partials[path] = folder / f".{path.name}.{os.getpid()}.part"
                _write(frame, file, partials[path], suffix)
        for path in partials:
            if path.is_dir():
                raise IsADirectoryError(errno.EISDIR, f"{path.name} is a directory")
        for path, partial in partials.items():
            partial.replace(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        for partial in partials.values():
            partial.unlink(missing_ok=True)
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise OutputError(
            f"{folder}: cannot write the outputs ({reason}); "
            "name a directory that can be written and has room"
        ) from error
    return list(partials)


def _write(frame: pl.DataFrame, file: OutputFile, path: Path, suffix: Format) -> None:
    if suffix == "parquet":
        frame.cast(pl.Schema(file.types)).write_parquet(path)
        return
    truths = pl.col(pl.Boolean).replace_strict(_TRUTH, return_dtype=pl.String)
    frame.with_columns(truths).write_csv(path, separator="\t", quote_style="never")
