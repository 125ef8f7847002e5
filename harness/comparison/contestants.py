"""Who is compared, as the command line names them: `[NAME=]PLUGIN[?option=value&…]`.

PLUGIN is an entry point's name or `path/to/file.py:Class`. A name of one's own lets one plugin take part
twice, with different options. `%26` stands for an `&` inside a value, `%25` for a `%`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from harness.simulation.scenario import MAX_WRITER_NAME, PEOPLE, Scenario, WriterSettings
from writers.discovery import load_writer
from writers.errors import UserError
from writers.plugin import Writer

PASS_MINUTE: Final = 1
"""All writers of a comparison pass over the feed in the same minute of the hour."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """A writer of the comparison and the terms it plays on."""

    settings: WriterSettings
    plugin: Writer


def read_contestants(specs: Sequence[str]) -> tuple[Contestant, ...]:
    """The writers that the command line names, all on the same terms.

    Raises:
        UserError: a name that is taken or cannot be one, an option that is none, fewer than two writers.
        PluginError: there is no such plugin, or it cannot be made.
    """
    return _checked([_read(spec) for spec in specs])


def contestants_of(scenario: Scenario) -> tuple[Contestant, ...]:
    """The writers that a scenario names, each on its own terms there; errors as in `read_contestants`."""
    return _checked(
        [
            Contestant(settings, load_writer(settings.plugin, settings.options))
            for settings in scenario.writers
        ]
    )


def arena(scenario: Scenario, contestants: Sequence[Contestant]) -> Scenario:
    """The scenario with these writers in it.

    They pass at one minute unless they name another, and whoever meets the criteria is admitted the next day:
    the luck of a random draw would tell writers apart that are alike.
    """
    writers = tuple(
        contestant.settings
        if contestant.settings.minute is not None
        else contestant.settings.model_copy(update={"minute": PASS_MINUTE})
        for contestant in contestants
    )
    admission = scenario.admission.model_copy(update={"draw_probability": 1.0})
    return scenario.model_copy(update={"writers": writers, "admission": admission})


def _read(spec: str) -> Contestant:
    head, question, query = spec.partition("?")
    name, equals, plugin = head.partition("=") if "=" in head else ("", "", head)
    if not plugin:
        raise UserError(f"'{spec}' names no writer: write NAME=PLUGIN, e.g. bold=baseline?option=value")
    options = _options(spec, query) if question else {}
    writer = load_writer(plugin, options)
    name = name if equals else writer.name
    if not name.strip() or len(name) > MAX_WRITER_NAME or not name.isprintable():
        raise UserError(
            f"'{spec}': a writer's name has 1 to {MAX_WRITER_NAME} printable characters; "
            f"give it another with NAME={plugin}"
        )
    return Contestant(WriterSettings(name=name, plugin=plugin, options=options), writer)


def _options(spec: str, query: str) -> dict[str, str]:
    options: dict[str, str] = {}
    for pair in query.split("&"):
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise UserError(f"'{spec}': write options as ?name=value&name=value, not '{pair}'")
        if name in options:
            raise UserError(f"'{spec}' gives the option '{name}' twice; leave one out")
        options[unquote(name)] = unquote(value)
    return options


def _checked(contestants: Sequence[Contestant]) -> tuple[Contestant, ...]:
    if len(contestants) < 2:
        only = f"'{contestants[0].settings.name}' alone is" if contestants else "no writers are"
        raise UserError(
            f"{only} no comparison: name two writers or more, e.g. baseline path/to/file.py:Class"
        )
    names = [contestant.settings.name for contestant in contestants]
    for contestant in contestants:
        name, plugin = contestant.settings.name, contestant.settings.plugin
        if names.count(name) > 1:
            raise UserError(f"Two writers are called '{name}': give one another name, e.g. other={plugin}")
        if name == PEOPLE:
            raise UserError(
                f"'{PEOPLE}' means human contributors: call the writer otherwise, with NAME={plugin}"
            )
    return tuple(contestants)
