"""Raters who rate alike, from the file in which an earlier step found them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from scoring.errors import InputError
from scoring.tables.arrays import Int32, RaterClusters
from scoring.tables.columns import Column, Schema
from scoring.tables.distinct import sorted_by
from scoring.tables.files import frames, raise_error

log = logging.getLogger(__name__)

CLUSTERS: Final = Schema(
    "pss_output",
    (
        Column("raterParticipantId", "str", required=True),
        Column("postSelectionValue", "float"),
        Column("quasiCliqueValue", "float"),
    ),
)

_LARGEST: Final = np.iinfo(np.int32).max


def read_clusters(path: Path | str, participant_ids: Sequence[str]) -> RaterClusters:
    """The clusters of raters that the official program writes as pss_output; Parquet or TSV, one row a rater,
    either value may be empty.

    Raters are named by their public ids, or, as the official program does it where some participant's id is
    no number, by codes: the place of the id among all ids of the four tables in order of text, from 0
    (twitter/communitynotes 273c895, scoring/src/scoring/process_data.py). The file is taken to hold codes if
    every rater is a whole number and not every one is a participant's id. Codes are right for the very tables
    that the clusters were found in and no others; raters by public id whom the tables do not know are left
    out with a warning. Raises InputError where the file names raters neither way, or contradicts itself.
    """
    path = Path(path)
    rows = pl.concat(list(frames(path, CLUSTERS, CLUSTERS.names, raise_error)))
    rater = _participants(path, rows["raterParticipantId"], participant_ids)
    columns = {
        "rater": rater,
        "post_selection": _values(path, rows["postSelectionValue"]),
        "quasi_clique": _values(path, rows["quasiCliqueValue"]),
    }
    known = rater >= 0
    if not known.all():
        log.warning("%s: raters left out, as the tables do not know them: %d", path, np.count_nonzero(~known))
        columns = {name: column[known] for name, column in columns.items()}

    def refuse(participant: int) -> None:
        raise InputError(
            f"rater {participant_ids[participant]} has rows that contradict each other",
            remedy="keep one of them",
            path=path,
        )

    columns = sorted_by("rater", columns, refuse)
    clusters = RaterClusters(
        post_selection=np.zeros(len(participant_ids), np.int32),
        quasi_clique=np.zeros(len(participant_ids), np.int32),
    )
    clusters.post_selection[columns["rater"]] = columns["post_selection"]
    clusters.quasi_clique[columns["rater"]] = columns["quasi_clique"]
    return clusters


def _participants(path: Path, raters: pl.Series, participant_ids: Sequence[str]) -> Int32:
    """Participant numbers; -1 where a public id is unknown."""
    number = {participant: row for row, participant in enumerate(participant_ids)}
    found = np.array([number.get(rater, -1) for rater in raters], np.int32)
    unknown = found < 0
    if not unknown.any():
        return found
    numeric = all(participant.isdecimal() for participant in participant_ids)
    if not numeric and all(rater.isdecimal() for rater in raters):
        codes = raters.cast(pl.Int64, strict=False).fill_null(_LARGEST).to_numpy()
        if codes.max() < len(participant_ids):
            return codes.astype(np.int32)
        problem = (
            f"rater {raters[int(codes.argmax())]} is a code beyond the {len(participant_ids)} participants"
        )
    elif not unknown.all():
        return found
    else:
        problem = f"rater {raters[0]} is no participant of the tables, nor is any other"
    raise InputError(
        problem, remedy="use the clusters that were found in these tables", path=path, column=raters.name
    )


def _values(path: Path, values: pl.Series) -> Int32:
    """Numbers of clusters, which count from 1; 0 where there is none."""
    numbers = values.fill_nan(None).fill_null(0.0).to_numpy()
    bad = (numbers != np.floor(numbers)) | (numbers < 0) | (numbers > _LARGEST)
    if bad.any():
        raise InputError(
            f"bad value {values[int(np.flatnonzero(bad)[0])]!r}",
            remedy="number clusters from 1 and leave it empty where a rater is in none",
            path=path,
            column=values.name,
        )
    return numbers.astype(np.int32)
