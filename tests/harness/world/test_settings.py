"""Settings of a world: the shipped ones, and mistakes in one's own."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from harness.world import ClaimKind, build_world, load_settings
from harness.world.catalogue import catalogue
from harness.world.settings import Topics, default_settings
from tests.harness.world.conftest import START_MS
from writers.errors import BadInputError

SHIPPED = files("harness.world").joinpath("world.toml").read_text(encoding="utf-8")


def test_shipped_settings_cover_what_there_is() -> None:
    shipped = default_settings()
    assert set(shipped.kinds) == set(ClaimKind)
    assert sum(shipped.kinds.values()) == pytest.approx(1)
    rows = catalogue()
    every = (*rows.figures.values(), *rows.occasions.values(), *rows.attributions.values())
    assert {row.topic for row in every} <= set(Topics.model_fields)
    assert {row.kind for row in rows.figures.values()} == set(shipped.subjects)


def test_settings_change_the_world(tmp_path: Path) -> None:
    file = tmp_path / "world.toml"
    text = SHIPPED.replace("opinion = 0.17", "opinion = 100")
    file.write_text(text, encoding="utf-8")
    world = build_world(1, start_ms=START_MS, days=1, posts_per_day=20, settings=load_settings(file))
    assert {post.truth.kind for post in world.posts} == {ClaimKind.OPINION}


@pytest.mark.parametrize(
    ("was", "becomes", "named"),
    [
        ("hook = 0.50", "hook = 1.50", "style.hook"),
        ("hook = 0.50", "hok = 0.50", "style.hook"),
        ("years = 4", "years = 0", "web.years"),
        ("opinion = 0.17", "rumour = 0.17", "kinds.rumour"),
        ("en = 0.60", "fr = 0.60", "languages.fr"),
        ("en = 0.60\nes = 0.22\nde = 0.18", "en = 0", "languages"),
        ("culture = 0.20", "", "topics.culture"),
        ("[style]", "[style", "TOML"),
    ],
)
def test_mistakes_name_file_and_field(tmp_path: Path, was: str, becomes: str, named: str) -> None:
    assert was in SHIPPED
    file = tmp_path / "mine.toml"
    file.write_text(SHIPPED.replace(was, becomes), encoding="utf-8")
    with pytest.raises(BadInputError, match=r"mine\.toml") as caught:
        load_settings(file)
    assert named in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"absent\.toml"):
        load_settings(tmp_path / "absent.toml")
