"""Writing a rendered project into a folder: what is there already is refused, or kept under another name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path, PurePosixPath

from writers.errors import UserError


@dataclass(frozen=True, slots=True)
class Replaced:
    """A file that was there with another text, and where that text is now."""

    file: Path
    kept_as: Path


def place(files: Mapping[PurePosixPath, str], folder: Path, *, force: bool) -> list[Replaced]:
    """Write `files` into `folder`. What stood in the way is renamed, and told.

    Raises UserError where the folder holds anything and `force` is not said, or cannot be written.
    """
    try:
        if not force and folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise UserError(
                f"{folder} is there already; name another folder by --directory, or add --force to put the "
                "project's files into this one."
            )
        return [
            replaced
            for path, text in files.items()
            if (replaced := _place(folder.joinpath(*path.parts), text)) is not None
        ]
    except OSError as error:
        at = error.filename or folder
        raise UserError(
            f"{at} cannot be written ({error.strerror}); name another folder by --directory."
        ) from None


def _place(file: Path, text: str) -> Replaced | None:
    content = text.encode()
    file.parent.mkdir(parents=True, exist_ok=True)
    replaced = None
    if file.is_symlink() or file.exists():
        if not file.is_symlink() and file.is_file() and file.read_bytes() == content:
            return None
        replaced = Replaced(file, file.rename(_free_name(file)))
    # "x": whatever appeared here meanwhile is not overwritten.
    with file.open("xb") as stream:
        stream.write(content)
    return replaced


def _free_name(file: Path) -> Path:
    names = (file.with_name(f"{file.name}.before{number or ''}") for number in count())
    return next(name for name in names if not name.is_symlink() and not name.exists())
