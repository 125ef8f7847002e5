"""Finding the public files, opening what they are packed in, and naming the row that is wrong."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from scoring.errors import InputError
from scoring.tables.columns import Column, Schema
from scoring.tables.lines import all_lines_have

OnError = Callable[[InputError], None]
"""Told of each bad row: it raises, or takes note and returns, in which case the row is left out."""

_SUFFIXES: Final = (".tsv", ".tsv.gz", ".tsv.zip", ".zip", ".parquet")

DATA_TYPES: Final[dict[str, type[pl.DataType]]] = {
    "int": pl.Int64,
    "float": pl.Float64,
    "bool": pl.Boolean,
    "str": pl.String,
}


def raise_error(error: InputError) -> None:
    """Stop at the first bad row."""
    raise error


def find_parts(folder: Path, schema: Schema) -> list[Path]:
    """The files of one table, in order of name: STEM-00000.tsv and so on, STEM.tsv, or all parts in a
    directory STEM.

    Each may be packed as .gz or .zip, or be Parquet. InputError where there is none.
    """
    if not folder.is_dir():
        raise InputError(
            "there is no such directory", remedy="name the directory that holds the public files", path=folder
        )
    inside = folder / schema.stem
    if inside.is_dir():
        parts = [path for path in inside.iterdir() if path.name.endswith(_SUFFIXES)]
    else:
        names = (f"{schema.stem}-", f"{schema.stem}.")
        parts = [
            path for path in folder.iterdir() if path.name.startswith(names) and path.name.endswith(_SUFFIXES)
        ]
    if not parts:
        raise InputError(
            f"there is no {schema.stem} table",
            remedy=f"add {schema.stem}-00000.tsv (or .tsv.gz, .zip, .parquet) "
            f"or a directory {schema.stem} of parts",
            path=folder,
        )
    return sorted(parts)


def read_part(path: Path, schema: Schema, wanted: Collection[str], on_error: OnError) -> pl.DataFrame:
    """One file's wanted columns in the schema's types; columns of TSV files are known by position, of
    Parquet by name.

    Every row that is left has the schema's number of fields, values that its types and lists of values
    allow, and no empty required value; other rows went to ``on_error``.
    """
    columns = [column for column in schema.columns if column.name in wanted]
    if path.name.endswith(".parquet"):
        return _read_parquet(path, columns, on_error)
    return pl.concat([_read_text(text, path, schema, columns, on_error) for text in _texts(path)])


def _texts(path: Path) -> Iterator[bytes]:
    try:
        if path.name.endswith(".gz"):
            with gzip.open(path) as file:
                yield file.read()
        elif path.name.endswith(".zip"):
            with zipfile.ZipFile(path) as archive:
                names = sorted(name for name in archive.namelist() if name.endswith(".tsv"))
                if not names:
                    raise InputError("the archive holds no .tsv file", remedy="fetch it again", path=path)
                for name in names:
                    yield archive.read(name)
        else:
            yield path.read_bytes()
    except (EOFError, zlib.error, zipfile.BadZipFile, gzip.BadGzipFile) as error:
        raise InputError(
            f"the compressed file is cut short or damaged ({error})", remedy="fetch it again", path=path
        ) from error
    except OSError as error:
        raise InputError(
            f"the file cannot be read ({error.strerror or error})", remedy="check its permissions", path=path
        ) from error


def _read_text(
    text: bytes, path: Path, schema: Schema, columns: Sequence[Column], on_error: OnError
) -> pl.DataFrame:
    fields = len(schema.columns)
    header = text[: text.find(b"\n")] if b"\n" in text else text
    found = header.count(b"\t") + 1 if header else 0
    if found != fields:
        raise InputError(
            f"the header has {found} columns instead of {fields}",
            remedy=f"give the file the published columns of {schema.stem}, separated by tabs",
            path=path,
            line=1,
        )
    if all_lines_have(fields - 1, np.frombuffer(text, np.uint8)):
        try:
            frame = _parse(text, schema, columns, DATA_TYPES)
        except pl.exceptions.PolarsError:
            pass
        else:
            if not any(_unacceptable(frame[column.name], column).any() for column in columns):
                return frame
    return _read_text_row_by_row(text, path, schema, columns, on_error)


def _parse(
    text: bytes, schema: Schema, columns: Sequence[Column], types: dict[str, type[pl.DataType]]
) -> pl.DataFrame:
    scan = pl.scan_csv(
        text,
        separator="\t",
        quote_char=None,
        has_header=False,
        skip_lines=1,
        schema={column.name: types[column.kind] for column in schema.columns},
    )
    return scan.select(column.name for column in columns).collect()


def _unacceptable(values: pl.Series, column: Column) -> pl.Series:
    bad = values.is_null() if column.required else pl.repeat(False, len(values), eager=True)
    if column.values is not None:
        bad = bad | ~values.is_in(sorted(column.values)).fill_null(True)
    return bad


def _read_text_row_by_row(
    text: bytes, path: Path, schema: Schema, columns: Sequence[Column], on_error: OnError
) -> pl.DataFrame:
    """The slow way, taken only where something is wrong: finds each bad row, reports it and leaves it out."""
    fields = len(schema.columns)
    header, *rows = text.removesuffix(b"\n").split(b"\n")
    kept: list[bytes] = []
    numbers: list[int] = []
    for number, row in enumerate(rows, start=2):
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
            last = " (the last line: the file may be cut short)" if number == len(rows) + 1 else ""
            on_error(
                InputError(
                    f"{found} field{'' if found == 1 else 's'} instead of {fields}{last}",
                    remedy="fetch the file again or leave the line out",
                    path=path,
                    line=number,
                )
            )
            continue
        kept.append(row)
        numbers.append(number)
    clean = b"\n".join([header, *kept]) + b"\n"
    as_text = _parse(clean, schema, columns, dict.fromkeys(DATA_TYPES, pl.String))
    return _cast(as_text, path, columns, on_error, numbers)


def _read_parquet(path: Path, columns: Sequence[Column], on_error: OnError) -> pl.DataFrame:
    try:
        present = pl.read_parquet_schema(path)
        for column in columns:
            if column.name not in present:
                raise InputError("the column is missing", remedy="add it", path=path, column=column.name)
        frame = pl.read_parquet(path, columns=[column.name for column in columns])
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputError(
            "not a readable Parquet file, or cut short", remedy="fetch it again", path=path
        ) from error
    return _cast(frame, path, columns, on_error, None)


def _cast(
    frame: pl.DataFrame,
    path: Path,
    columns: Sequence[Column],
    on_error: OnError,
    numbers: Sequence[int] | None,
) -> pl.DataFrame:
    """``frame`` in the schema's types without its bad rows; ``numbers`` are the rows' lines, else rows
    count from 1.
    """
    bad_rows = pl.repeat(False, frame.height, eager=True)
    typed = []
    for column in columns:
        raw = frame[column.name]
        values = raw.cast(DATA_TYPES[column.kind], strict=False)
        typed.append(values)
        bad = (values.is_null() & raw.is_not_null()) | _unacceptable(values, column)
        for row in (bad & ~bad_rows).arg_true():
            value = raw[row]
            line = numbers[row] if numbers is not None else None
            place = "" if line is not None else f"row {row + 1}: "
            problem = (
                f"{place}the value is empty" if value is None else f"{place}bad value {str(value)[:80]!r}"
            )
            on_error(InputError(problem, remedy=_remedy(column), path=path, line=line, column=column.name))
        bad_rows = bad_rows | bad
    return pl.DataFrame(typed).filter(~bad_rows)


def _remedy(column: Column) -> str:
    if column.values is not None:
        return "use one of " + ", ".join(sorted(column.values))
    return {"int": "use a whole number", "float": "use a number"}.get(column.kind, "fill it in")
