"""The rows of one public file in the types of its schema, and the name of each row that is wrong."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from scoring.errors import InputError
from scoring.tables.columns import OLDER, Column, Schema
from scoring.tables.lines import all_lines_have
from scoring.tables.packing import Block, text_blocks

OnError = Callable[[InputError], None]
"""Told of each bad row: it raises, or takes note and returns, in which case the row is left out."""

DATA_TYPES: Final[dict[str, type[pl.DataType]]] = {
    "int": pl.Int64,
    "float": pl.Float64,
    "str": pl.String,
}

PARQUET_ROWS: Final = 1_000_000
"""Rows of a Parquet file in memory at once."""

_NEWLINE: Final = 10
_NOT_ASCII: Final = 128

_NO_ID: Final = r"[\s\x00-\x1f\x7f]"
"""What is in no id: white space and control characters."""


def raise_error(error: InputError) -> None:
    """Stop at the first bad row."""
    raise error


def frames(path: Path, schema: Schema, wanted: Collection[str], on_error: OnError) -> Iterator[pl.DataFrame]:
    """One file's wanted columns in the schema's types, some rows at a time; columns of TSV files are known by
    position, of Parquet by name.

    Every row that is left has the schema's number of fields, values that its types and lists of values
    allow, and no empty required value; other rows went to ``on_error``. A quotation mark is a character like
    any other.
    """
    if path.name.endswith(".parquet"):
        yield from parquet_frames(path, schema, wanted, on_error)
    else:
        for block, layout in text_parts(path, schema):
            yield rows_of(block, layout, path, schema, wanted, on_error)


def text_parts(path: Path, schema: Schema) -> Iterator[tuple[Block, Schema]]:
    """The blocks of a text file or archive without their headers, and the layout that each has: the schema,
    or an older one.

    Raises InputError where a header has the wrong number of columns, or is none.
    """
    layout = schema
    for block in text_blocks(path):
        if block.first_line > 1:
            yield block, layout
            continue
        end = int(np.argmax(block.text == _NEWLINE)) if block.lines else 0
        header = block.text[:end].tobytes()
        found = header.count(b"\t") + 1 if header else 0
        known = [each for each in (schema, *OLDER.get(schema.stem, ())) if len(each.columns) == found]
        if not known:
            raise InputError(
                f"the header has {found} columns instead of {len(schema.columns)}",
                remedy=f"give the file the published columns of {schema.stem}, separated by tabs",
                path=path,
                line=1,
            )
        if any(field.isdigit() for field in header.split(b"\t")):
            raise InputError(
                "the first line holds values instead of the columns' names",
                remedy="put the published header before it",
                path=path,
                line=1,
            )
        layout = known[0]
        yield replace(block, text=block.text[end + 1 :], lines=block.lines - 1, first_line=2), layout


def rows_of(
    block: Block,
    layout: Schema,
    path: Path,
    schema: Schema,
    wanted: Collection[str],
    on_error: OnError,
) -> pl.DataFrame:
    """Some lines' wanted columns; those of the schema that the layout does not have are empty."""
    columns = [column for column in layout.columns if column.name in wanted]
    frame = _parse_as_published(block, layout, columns)
    if frame is None:
        frame = _row_by_row(block, layout, path, columns, on_error)
    return frame.select(
        column.name
        if column.name in frame.columns
        else pl.lit(None, DATA_TYPES[column.kind]).alias(column.name)
        for column in schema.columns
        if column.name in wanted
    )


def is_text(block: Block) -> bool:
    """Whether the block is UTF-8 throughout, also where nobody looks."""
    if not len(block.text) or block.text.max() < _NOT_ASCII:
        return True
    try:
        block.text.tobytes().decode()
    except UnicodeDecodeError:
        return False
    return True


def _parse_as_published(block: Block, schema: Schema, columns: Sequence[Column]) -> pl.DataFrame | None:
    """The rows if none is wrong."""
    text = block.text.tobytes()
    # A lone carriage return ends a number for polars: the slow way refuses it.
    if b"\r" in text or not is_text(block) or not all_lines_have(len(schema.columns) - 1, block.text):
        return None
    try:
        frame = _parse(text, schema, columns, DATA_TYPES)
    except pl.exceptions.PolarsError:
        return None
    return None if any(_unacceptable(frame[column.name], column).any() for column in columns) else frame


def _parse(
    text: bytes, schema: Schema, columns: Sequence[Column], types: dict[str, type[pl.DataType]]
) -> pl.DataFrame:
    if not text:
        return pl.DataFrame(schema={column.name: types[column.kind] for column in columns})
    scan = pl.scan_csv(
        text,
        separator="\t",
        quote_char=None,
        has_header=False,
        schema={column.name: types[column.kind] for column in schema.columns},
    )
    return scan.select(column.name for column in columns).collect()


def _unacceptable(values: pl.Series, column: Column) -> pl.Series:
    bad = values.is_null() if column.required else pl.repeat(False, len(values), eager=True)
    if column.values is not None:
        bad = bad | ~values.is_in(sorted(column.values)).fill_null(True)
    if column.is_id and column.kind == "str":
        bad = bad | values.str.contains(_NO_ID).fill_null(False)
    return bad


def _row_by_row(
    block: Block, schema: Schema, path: Path, columns: Sequence[Column], on_error: OnError
) -> pl.DataFrame:
    """The slow way, taken only where something is wrong: finds each bad row, reports it and leaves it out."""
    fields = len(schema.columns)
    kept: list[bytes] = []
    numbers: list[int] = []
    rows = block.text.tobytes().split(b"\n")[:-1]
    for number, row in enumerate(rows, start=block.first_line):
        found = row.count(b"\t") + 1
        try:
            row.decode()
        except UnicodeDecodeError as error:
            on_error(
                InputError(
                    f"not UTF-8 text ({error.reason})", remedy="fetch the file again", path=path, line=number
                )
            )
            continue
        if found != fields:
            is_last = block.cut_short and number == block.first_line + len(rows) - 1
            last = " (the last line: the file may be cut short)" if is_last else ""
            on_error(
                InputError(
                    f"{found} field{'' if found == 1 else 's'} instead of {fields}{last}",
                    remedy="fetch the file again or leave the line out",
                    path=path,
                    line=number,
                )
            )
            continue
        kept.append(row + b"\n")
        numbers.append(number)
    as_text = _parse(b"".join(kept), schema, columns, dict.fromkeys(DATA_TYPES, pl.String))
    return _cast(as_text, path, columns, on_error, numbers)


def parquet_frames(
    path: Path, schema: Schema, wanted: Collection[str], on_error: OnError
) -> Iterator[pl.DataFrame]:
    """A Parquet file's wanted columns, some rows at a time; at least one frame."""
    columns = [column for column in schema.columns if column.name in wanted]
    try:
        scan = pl.scan_parquet(path)
        present = scan.collect_schema()
        rows = scan.select(pl.len()).collect().item()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _bad_parquet(path) from error
    for column in columns:
        if column.name not in present:
            raise InputError("the column is missing", remedy="add it", path=path, column=column.name)
        if column.is_id and present[column.name].is_float():
            raise InputError(
                "ids are stored as floating-point numbers, which cannot tell 19 digits apart",
                remedy="store them as whole numbers or texts, from the original file",
                path=path,
                column=column.name,
            )
    for begin in range(0, max(rows, 1), PARQUET_ROWS):
        try:
            frame = scan.slice(begin, PARQUET_ROWS).select(column.name for column in columns).collect()
        except (pl.exceptions.PolarsError, OSError) as error:
            raise _bad_parquet(path) from error
        yield _cast(frame, path, columns, on_error, range(begin + 1, begin + 1 + frame.height), unit="row")


def _bad_parquet(path: Path) -> InputError:
    return InputError("not a readable Parquet file, or cut short", remedy="fetch it again", path=path)


def _cast(
    frame: pl.DataFrame,
    path: Path,
    columns: Sequence[Column],
    on_error: OnError,
    numbers: Sequence[int],
    unit: str = "line",
) -> pl.DataFrame:
    """``frame`` in the schema's types without its bad rows; ``numbers`` are the rows' lines in the file, or
    rows of a file that has no lines.
    """
    bad_rows = pl.repeat(False, frame.height, eager=True)
    typed = []
    for column in columns:
        raw = frame[column.name]
        fractions = column.kind == "int" and raw.dtype.is_float()
        if fractions:
            raw = raw.fill_nan(None)
        # White space before a number is no part of it: so the parser of whole blocks has it too.
        bare = raw.str.strip_chars_start(" ") if raw.dtype == pl.String and column.kind != "str" else raw
        values = bare.cast(DATA_TYPES[column.kind], strict=False)
        typed.append(values)
        bad = (values.is_null() & raw.is_not_null()) | _unacceptable(values, column)
        if fractions:
            bad = bad | (values.cast(raw.dtype) != raw).fill_null(False)
        for row in (bad & ~bad_rows).arg_true():
            value = raw[row]
            line = numbers[row] if unit == "line" else None
            place = "" if line is not None else f"row {numbers[row]}: "
            problem = (
                f"{place}the value is empty" if value is None else f"{place}bad value {str(value)[:80]!r}"
            )
            remedy = "fill it in" if value is None else _remedy(column)
            on_error(InputError(problem, remedy=remedy, path=path, line=line, column=column.name))
        bad_rows = bad_rows | bad
    return pl.DataFrame(typed).filter(~bad_rows)


def _remedy(column: Column) -> str:
    if column.values is not None:
        return "use one of " + ", ".join(sorted(column.values))
    if column.is_id and column.kind == "str":
        return "give the id as published, without white space"
    return {"int": "use a whole number", "float": "use a number"}[column.kind]
