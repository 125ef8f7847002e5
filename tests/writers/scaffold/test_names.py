"""What a new plugin may be called."""

from __future__ import annotations

import keyword
import re
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from writers.errors import UserError
from writers.scaffold import ProjectName, check_untaken, project_name
from writers.scaffold.names import MAX_LENGTH


@pytest.mark.parametrize(
    ("text", "module", "class_name"),
    [
        ("tram-watch", "tram_watch", "TramWatchWriter"),
        ("tram_watch", "tram_watch", "TramWatchWriter"),
        ("trams", "trams", "TramsWriter"),
        ("weather-writer", "weather_writer", "WeatherWriter"),
        ("co2", "co2", "Co2Writer"),
    ],
)
def test_one_name_in_every_spelling(text: str, module: str, class_name: str) -> None:
    name = project_name(text)
    assert (name.project, name.module, name.class_name) == (text, module, class_name)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "e.g. 'tram-watch'"),
        ("Tram Watch!", "e.g. 'tram-watch'"),
        ("2trams", "a letter first"),
        ("trams-", "e.g. 'trams'"),
        ("../trams", "e.g. 'trams'"),
        ("straße", "letters a-z"),
        ("t" * (MAX_LENGTH + 1), f"up to {MAX_LENGTH}"),
        ("class", "means something else to Python"),
        ("json", "means something else to Python"),
        ("tests", "means something else to Python"),
        ("writer", "means something else to Python"),
    ],
)
def test_what_python_could_not_import_is_refused(text: str, told: str) -> None:
    with pytest.raises(UserError) as caught:
        project_name(text)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


@given(st.text(max_size=MAX_LENGTH + 5))
def test_a_name_is_importable_or_refused_with_a_remedy(text: str) -> None:
    try:
        name = project_name(text)
    except UserError as error:
        suggested = re.search(r"e\.g\. '([^']+)'", str(error))
        assert suggested is not None
    else:
        assert name.module.isidentifier()
        assert name.class_name.isidentifier()
        assert not keyword.iskeyword(name.module)
        assert name.module not in sys.stdlib_module_names


@pytest.mark.parametrize(
    ("taken", "told"),
    [
        ("writers", "A module 'writers' is installed here already"),
        ("pytest", "A module 'pytest' is installed here already"),
        (
            "baseline",
            "A writer 'baseline' is installed here already (writers.builtin.baseline:BaselineWriter)",
        ),
        ("scikit-learn", "A distribution 'scikit-learn' is installed here already"),
    ],
)
def test_what_is_installed_is_not_hidden(tmp_path: Path, taken: str, told: str) -> None:
    with pytest.raises(UserError) as caught:
        check_untaken(ProjectName(taken), tmp_path)
    assert told in str(caught.value)
    assert str(caught.value).endswith("choose another name.")


def test_a_project_may_be_made_again_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Installed as editable, it is importable from its own folder."""
    (tmp_path / "mine" / "src" / "quay_bells").mkdir(parents=True)
    (tmp_path / "mine" / "src" / "quay_bells" / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path / "mine" / "src"))
    check_untaken(ProjectName("quay-bells"), tmp_path / "mine")
    with pytest.raises(UserError, match="A module 'quay_bells' is installed"):
        check_untaken(ProjectName("quay-bells"), tmp_path / "other")
