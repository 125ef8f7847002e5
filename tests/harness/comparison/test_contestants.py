"""Who takes part: as the command line spells it, on the same terms, with a sentence for each mistake."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.comparison.contestants import PASS_MINUTE, arena, contestants_of, read_contestants
from harness.simulation.scenario import load_scenario
from tests.harness.comparison import plugins
from writers.errors import UserError

QUOTING = f"{plugins.FILE}:Quoting"


def test_a_writer_is_called_what_it_calls_itself_or_what_it_is_given() -> None:
    found = read_contestants(["baseline", QUOTING, "other=baseline", f"third={QUOTING}?name=anything"])
    assert [one.settings.name for one in found] == ["baseline", "quoting", "other", "third"]
    assert [one.plugin.name for one in found] == ["baseline", "quoting", "baseline", "anything"]
    assert found[3].settings.options == {"name": "anything"}


def test_one_plugin_takes_part_twice_with_other_options() -> None:
    first, second = read_contestants([f"{QUOTING}?name=a", f"{QUOTING}?name=b"])
    assert (first.settings.name, second.settings.name) == ("a", "b")


@given(st.text(st.characters(blacklist_categories=("Cs",)), min_size=1).filter(str.isprintable))
def test_an_option_may_hold_anything(value: str) -> None:
    spelled = value.replace("%", "%25").replace("&", "%26")
    found = read_contestants([f"one={QUOTING}?name={spelled}", "baseline"])
    assert found[0].settings.options == {"name": value}
    assert found[0].plugin.name == value


@pytest.mark.parametrize(
    ("specs", "told"),
    [
        (["baseline"], "'baseline' alone is no comparison"),
        ([], "no writers are no comparison"),
        (["baseline", "baseline"], "Two writers are called 'baseline': give one another name"),
        (["baseline", "nobody"], "No writer is called 'nobody'"),
        (["baseline", "missing.py:Writer"], "there is no file missing.py"),
        (["baseline", f"{plugins.FILE}:Nobody"], "has no 'Nobody'"),
        (["baseline", "other="], "'other=' names no writer"),
        (["baseline", ""], "'' names no writer"),
        (["baseline", "=baseline"], "'=baseline': a writer's name has 1 to 60 printable characters"),
        (["baseline", f"{'n' * 61}=baseline"], "1 to 60 printable characters"),
        (["baseline", "a\x1b=baseline"], "1 to 60 printable characters"),
        (["baseline", "people=baseline"], "'people' means human contributors"),
        (["baseline", "other=baseline?k=1"], "has no option 'k'"),
        (["baseline", "other=baseline?k"], "write options as ?name=value"),
        (["baseline", "other=baseline?"], "write options as ?name=value"),
        (["baseline", f"{QUOTING}?name=a&name=b"], "gives the option 'name' twice"),
    ],
)
def test_a_mistake_is_one_sentence(specs: list[str], told: str) -> None:
    with pytest.raises(UserError, match=r"\S") as caught:
        read_contestants(specs)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_scenario_s_own_writers_keep_their_terms() -> None:
    scenario = load_scenario()
    found = contestants_of(scenario)
    assert [one.settings for one in found] == list(scenario.writers)


def test_all_pass_at_one_minute_and_none_waits_for_luck() -> None:
    scenario = load_scenario()
    named = scenario.writers[0].model_copy(update={"minute": 30})
    first, *others = contestants_of(scenario.model_copy(update={"writers": (named, *scenario.writers[1:])}))
    played = arena(scenario, [first, *others])
    assert [writer.minute for writer in played.writers] == [30, PASS_MINUTE, PASS_MINUTE]
    assert played.admission.draw_probability == 1
    assert (played.seed, played.days, played.posts) == (scenario.seed, scenario.days, scenario.posts)
