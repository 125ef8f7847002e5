from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from writers.builtin.checks import LengthCheck
from writers.builtin.replay import ReplayWriter
from writers.discovery import installed, load_check, load_checks, load_retriever, load_writer
from writers.errors import BadInputError, PluginError
from writers.plugin import CHECKS, RETRIEVERS, WRITERS, Check, Retriever, Writer

GOOD = '''
from __future__ import annotations
import enum
from pathlib import Path
from typing import Literal
from writers.plugin import Abstain

class Mood(enum.Enum):
    CALM = "calm"
    LOUD = "loud"

class Mine:
    """Says nothing.

    More about it.
    """
    name = "mine"

    def __init__(self, limit: int = 3, share: float | None = 0.5, loud: bool = False,
                 files: tuple[Path, ...] = (),
                 mood: Mood = Mood.CALM, mode: Literal["fast", "slow"] = "fast", label: str = ""):
        self.options = (limit, share, loud, files, mood.value, mode, label)

    async def draft(self, post, desk):
        return Abstain("nothing")

class Needy(Mine):
    def __init__(self, key: str):
        self.key = key

class Nameless:
    async def draft(self, post, desk): ...

class Blocking:
    name = "blocking"
    def draft(self, post, desk): ...

class Failing(Mine):
    def __init__(self):
        raise OSError("no such device")

not_a_class = 5
'''


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.py"
    path.write_text(GOOD)
    return path


@pytest.fixture
def third_parties(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on the path, as an installed distribution with one good and two broken writers."""
    (tmp_path / "their_good.py").write_text(GOOD)
    (tmp_path / "their_bad.py").write_text("import a_package_that_is_not_there")
    info = tmp_path / "theirs-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: theirs\nVersion: 1.2\n")
    (info / "entry_points.txt").write_text(
        "[notewright.writers]\ntheirs = their_good:Mine\nbroken = their_bad:Writer\ngone = their_good:Gone\n"
        "value = their_good:not_a_class\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    sys.modules.pop("their_good", None)


def test_built_ins_come_through_the_same_door() -> None:
    listed = {plugin.name: plugin for plugin in installed(WRITERS)}
    assert {"baseline", "replay"} <= set(listed)
    assert listed["baseline"].distribution.startswith("notewright ")
    assert listed["baseline"].summary
    assert isinstance(load_writer("baseline"), Writer)
    assert isinstance(load_retriever("suggested_sources"), Retriever)
    assert isinstance(load_check("length"), LengthCheck)


@pytest.mark.parametrize("group", [WRITERS, RETRIEVERS, CHECKS])
def test_every_installed_plugin_of_ours_loads(group: str) -> None:
    ours = [plugin for plugin in installed(group) if plugin.distribution.startswith("notewright ")]
    assert ours
    assert [plugin.error for plugin in ours] == [None] * len(ours)


def test_all_checks_are_loaded_or_none() -> None:
    names = [check.name for check in load_checks()]
    assert names == sorted(names)
    assert {"length", "url_from_evidence"} <= set(names)
    assert all(isinstance(check, Check) for check in load_checks())
    assert [check.name for check in load_checks(["length"])] == ["length"]
    with pytest.raises(PluginError):
        load_checks(["length", "lenght"])


def test_a_broken_third_party_plugin_is_listed_as_broken(third_parties: Path) -> None:
    listed = {plugin.name: plugin for plugin in installed(WRITERS)}
    assert (listed["theirs"].distribution, listed["theirs"].summary) == ("theirs 1.2", "Says nothing.")
    assert listed["theirs"].error is None
    assert "a_package_that_is_not_there" in str(listed["broken"].error)
    assert "Gone" in str(listed["gone"].error)
    assert "is not a class" in str(listed["value"].error)
    assert "baseline" in listed
    assert load_writer("theirs").name == "mine"
    with pytest.raises(PluginError, match=r"'broken' .* cannot be loaded: ModuleNotFoundError"):
        load_writer("broken")


def test_options_are_read_by_their_annotations(file: Path) -> None:
    options = {
        "limit": "7",
        "share": "none",
        "loud": "yes",
        "files": "a/b, c",
        "mood": "loud",
        "mode": "slow",
        "label": "1,2",
    }
    writer = load_writer(f"{file}:Mine", options)
    expected = (7, None, True, (Path("a/b"), Path("c")), "loud", "slow", "1,2")
    assert writer.options == expected  # type: ignore[attr-defined]
    assert load_writer(f"{file}:Mine", {"share": "0.25"}).options[1] == 0.25  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "options", "told"),
    [
        ("Mine", {"limt": "1"}, "no option 'limt': it has limit, share"),
        ("Mine", {"limit": "many"}, "'many' for the option 'limit': it is a whole number"),
        ("Mine", {"loud": "maybe"}, "true or false"),
        ("Mine", {"mood": "sad"}, "one of calm, loud"),
        ("Mine", {"mode": "medium"}, "one of fast, slow"),
        ("Mine", {"share": "half"}, "it is a number"),
        ("Needy", {}, "needs the option 'key': give key=VALUE"),
        ("Nameless", {}, "has no name"),
        ("Blocking", {}, "must be 'async def'"),
        ("Failing", {}, "cannot be made: OSError: no such device"),
        ("Absent", {}, "has no 'Absent': it has Mood, Mine"),
        ("not_a_class", {}, "is not a class"),
    ],
)
def test_what_is_wrong_with_a_file_is_one_sentence(
    file: Path, name: str, options: dict[str, str], told: str
) -> None:
    with pytest.raises(PluginError) as caught:
        load_writer(f"{file}:{name}", options)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ("baselin", "did you mean 'baseline'"),
        ("something else entirely", "installed are"),
        ("nowhere/at/all.py:Writer", "there is no file nowhere/at/all.py"),
        ("nowhere.py", "names a file and no class"),
    ],
)
def test_what_cannot_be_found_is_one_sentence(spec: str, told: str) -> None:
    with pytest.raises(PluginError) as caught:
        load_writer(spec)
    assert told in str(caught.value)


def test_a_file_that_does_not_load_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("def f(:\n")
    (tmp_path / "leaves.py").write_text("raise SystemExit(4)")
    for name in ("broken", "leaves"):
        for _ in range(2):
            with pytest.raises(PluginError, match="cannot be loaded"):
                load_writer(f"{tmp_path / name}.py:Writer")


def test_a_check_is_no_writer() -> None:
    with pytest.raises(PluginError, match="is no check: it has no method 'complaints'"):
        load_check(f"{Path(__file__).parents[2] / 'examples' / 'retrieval_only.py'}:RetrievalOnly")


def test_a_users_mistake_in_a_constructor_keeps_its_own_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="cannot be read"):
        load_writer("replay", {"drafts": str(tmp_path / "none.jsonl")})
    (tmp_path / "empty.jsonl").touch()
    assert isinstance(load_writer("replay", {"drafts": str(tmp_path / "empty.jsonl")}), ReplayWriter)
