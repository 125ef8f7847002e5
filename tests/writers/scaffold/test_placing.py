"""A project's files are written where nothing is lost by it."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from writers.errors import UserError
from writers.scaffold import Replaced, place

FILES = {PurePosixPath("README.md"): "new\n", PurePosixPath("src/mine/writer.py"): "pass\n"}


def test_a_folder_is_made(tmp_path: Path) -> None:
    assert place(FILES, tmp_path / "a" / "b", force=False) == []
    assert (tmp_path / "a" / "b" / "src" / "mine" / "writer.py").read_text() == "pass\n"


def test_an_empty_folder_is_used(tmp_path: Path) -> None:
    assert place(FILES, tmp_path, force=False) == []
    assert (tmp_path / "README.md").read_text() == "new\n"


def test_a_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    with pytest.raises(
        UserError, match=r"is there already; name another folder by --directory, or add --force"
    ):
        place(FILES, tmp_path, force=False)
    assert [path.name for path in tmp_path.iterdir()] == [".git"]


def test_force_keeps_what_it_replaces(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    for number, text in enumerate(("mine\n", "mine again\n")):
        readme.write_text(text)
        (replaced,) = place(FILES, tmp_path, force=True)
        assert replaced == Replaced(readme, tmp_path / f"README.md.before{number or ''}")
        assert replaced.kept_as.read_text() == text
        assert readme.read_text() == "new\n"
    assert place(FILES, tmp_path, force=True) == [], "the same text is not replaced"


def test_force_writes_through_no_link(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.md"
    elsewhere.write_text("precious\n")
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "README.md").symlink_to(elsewhere)
    place(FILES, folder, force=True)
    assert elsewhere.read_text() == "precious\n"
    assert (folder / "README.md").read_text() == "new\n"


def test_what_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file" / "project", tmp_path / "file"):
        with pytest.raises(UserError) as caught:
            place(FILES, folder, force=folder.name == "file")
        assert "\n" not in str(caught.value)
        assert "--directory" in str(caught.value)
