"""Raters' numbers: their row in the population, and their id in the store."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from harness.raters.protocol import RATERS, Raters
from harness.simulation.scenario import RaterSettings
from writers.discovery import load_factory
from writers.errors import PluginError, UserError

Row = TypeVar("Row", int, NDArray[np.int64])


def rater_id(row: Row) -> Row:
    """The store's id of a rater. Ids are small: those of AI writers are snowflakes, and never meet them."""
    return row + 1


def rater_row(participant_id: int, raters: int) -> int | None:
    """The row of the rater with this id; None where it belongs to an AI writer."""
    return participant_id - 1 if 1 <= participant_id <= raters else None


def make_raters(settings: RaterSettings, seed: np.random.SeedSequence) -> Raters:
    """The population a scenario names.

    Raises:
        PluginError: there is no such plugin, or it is none.
    """
    make = load_factory(RATERS, settings.plugin)
    try:
        raters = make(size=settings.size, seed=seed, **settings.options)
    except UserError:
        raise
    except Exception as error:
        raise PluginError(
            f"The raters '{settings.plugin}' cannot be made: {type(error).__name__}: {error}."
        ) from error
    if not isinstance(raters, Raters):
        raise PluginError(f"'{settings.plugin}' are no raters: see harness.raters.protocol.Raters.")
    return raters
