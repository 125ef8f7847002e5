"""What prescoring hands to the final phase, in memory and on disk."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints

import numpy as np
from numpy.typing import NDArray

from scoring.errors import PrescoringError
from scoring.filters.incorrect import IncorrectHabits
from scoring.logistic.harassment import HarassmentConsensus
from scoring.logistic.low_diligence import LowDiligencePrescoring
from scoring.tables.arrays import Bool, Int64, RaterClusters
from scoring.topics import TopicModel

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Floats = NDArray[np.float64]
Record = TypeVar("Record", bound="DataclassInstance")

FORMAT = 2


@dataclass(frozen=True, slots=True)
class ModelPrescoring:
    """One model's result. Arrays by participant or by note as ``Prescoring`` numbers them; NaN where there
    is none.
    """

    rater_intercept: Floats
    """Of the final round: raters above the helpfulness threshold."""
    rater_factor: Floats
    first_rater_intercept: Floats
    first_rater_factor: Floats
    crh_crnh_ratio_difference: Floats
    mean_note_score: Floats
    agree_ratio: Floats
    harassment_penalty: Floats
    penalized_agree_ratio: Floats
    above_threshold: Bool
    listed: Bool
    """Whether the participant occurs in the model's table of raters: made a valid rating or wrote a scored
    note.
    """
    successful_helpful: Int64
    successful_not_helpful: Int64
    unsuccessful_helpful: Int64
    unsuccessful_not_helpful: Int64
    incorrect_habits: IncorrectHabits
    """By participant."""
    low_diligence: LowDiligencePrescoring
    harassment: HarassmentConsensus
    """By note."""
    note_intercept: Floats
    note_factor: Floats
    tag_thresholds: Floats
    """(13,) by not-helpful tag."""
    global_intercept: float
    ratings: int
    """Ratings, notes and raters of the final round."""
    notes: int
    raters: int
    first_loss: float
    first_start: str
    """Which start gave the lowest loss in the first round, and in the final one."""
    loss: float
    start: str

    @property
    def ratings_per_note(self) -> float:
        """The density that scales the final phase's regularization; 0 where nothing was fitted."""
        return self.ratings / self.notes if self.notes else 0.0


_OF_NO_ROW = frozenset({"tag_thresholds"})


@dataclass(frozen=True, slots=True)
class Prescoring:
    """What crosses from prescoring to the final phase."""

    as_of_ms: int
    participant_ids: Sequence[str]
    note_id: Int64
    topics: TopicModel
    clusters: RaterClusters | None
    """Raters found to act alike, by participant; None where nobody looked."""
    models: Mapping[str, ModelPrescoring]
    """By the model's name. Models with the same ratings to fit may share one result."""

    def renumbered(self, participant_ids: Sequence[str], note_id: Int64) -> Prescoring:
        """The same result, numbered as these participants and notes; those unknown to it have no parameters.

        Where the list of participants only grew at its end, as it does in a running server, this costs next
        to nothing.
        """
        raters = _positions_of_people(participant_ids, self.participant_ids)
        notes = _positions_of_notes(note_id, self.note_id)
        # Models that share a result go on sharing it.
        moved = {id(model): _renumbered(model, raters, notes) for model in self.models.values()}
        return replace(
            self,
            participant_ids=participant_ids,
            note_id=note_id,
            clusters=None if self.clusters is None else _renumbered(self.clusters, raters, notes),
            models={name: moved[id(model)] for name, model in self.models.items()},
        )

    def save(self, path: Path) -> None:
        """Write to one .npz file, which appears whole or not at all."""
        arrays: dict[str, NDArray[Any]] = {
            "participant_ids": np.frombuffer("\n".join(self.participant_ids).encode(), np.uint8),
            "note_id": self.note_id,
        }
        singles: dict[str, Any] = {"format": FORMAT, "as_of_ms": self.as_of_ms, "models": list(self.models)}
        for name, array in self.topics.to_arrays().items():
            arrays[f"topics.{name}"] = array
        if self.clusters is not None:
            _take_apart(self.clusters, "clusters", arrays, singles)
        for name, model in self.models.items():
            _take_apart(model, name, arrays, singles)
        arrays["about"] = np.array(json.dumps(singles))
        partial = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            with partial.open("wb") as file:
                np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
            partial.replace(path)
        except OSError as error:
            partial.unlink(missing_ok=True)
            raise PrescoringError(f"{path}: cannot write the prescoring result ({error.strerror})") from error

    @classmethod
    def load(cls, path: Path) -> Prescoring:
        """Read what :meth:`save` wrote; PrescoringError where the file is something else."""
        try:
            with np.load(path, allow_pickle=False) as saved:
                singles = json.loads(str(saved["about"]))
                if singles["format"] != FORMAT:
                    raise PrescoringError(
                        f"{path}: written in format {singles['format']} and this version reads {FORMAT}; "
                        "run prescoring again"
                    )
                has_clusters = any(name.startswith("clusters.") for name in saved.files)
                return cls(
                    as_of_ms=singles["as_of_ms"],
                    participant_ids=_lines(saved["participant_ids"].tobytes().decode()),
                    note_id=saved["note_id"],
                    topics=TopicModel.from_arrays(
                        {
                            name.removeprefix("topics."): saved[name]
                            for name in saved.files
                            if name.startswith("topics.")
                        }
                    ),
                    clusters=_put_together(RaterClusters, "clusters", saved, singles)
                    if has_clusters
                    else None,
                    models={
                        name: _put_together(ModelPrescoring, name, saved, singles)
                        for name in singles["models"]
                    },
                )
        except FileNotFoundError as error:
            raise PrescoringError(f"{path}: there is no such file; run prescoring first") from error
        except (OSError, KeyError, TypeError, ValueError, zipfile.BadZipFile) as error:
            raise PrescoringError(f"{path}: not a saved prescoring result; run prescoring again") from error


def _lines(text: str) -> list[str]:
    return text.split("\n") if text else []


def _take_apart(record: Any, prefix: str, arrays: dict[str, NDArray[Any]], singles: dict[str, Any]) -> None:
    """A record's arrays and single values, under their names after the prefix."""
    for field in fields(record):
        name, value = f"{prefix}.{field.name}", getattr(record, field.name)
        if isinstance(value, np.ndarray):
            arrays[name] = value
        elif is_dataclass(value):
            _take_apart(value, name, arrays, singles)
        else:
            singles[name] = value


def _put_together(
    kind: type[Record], prefix: str, arrays: Mapping[str, NDArray[Any]], singles: Mapping[str, Any]
) -> Record:
    """What :func:`_take_apart` took apart; KeyError where a part is missing."""
    types = get_type_hints(kind)
    parts: dict[str, Any] = {}
    for field in fields(kind):
        name = f"{prefix}.{field.name}"
        if is_dataclass(types[field.name]):
            parts[field.name] = _put_together(types[field.name], name, arrays, singles)
        else:
            parts[field.name] = arrays[name] if name in arrays else singles[name]
    return kind(**parts)


def _positions_of_people(wanted: Sequence[str], known: Sequence[str]) -> Int64 | None:
    """Where each wanted person stands among the known, -1 for strangers; None where the lists are equal."""
    if wanted is known:
        return None
    if len(wanted) >= len(known) and list(wanted[: len(known)]) == list(known):
        position = np.arange(len(wanted))
        position[len(known) :] = -1
        return position
    number = {name: row for row, name in enumerate(known)}
    return np.array([number.get(name, -1) for name in wanted], np.int64)


def _positions_of_notes(wanted: Int64, known: Int64) -> Int64 | None:
    if wanted is known:
        return None
    if not len(known):
        return np.full(len(wanted), -1)
    order = np.argsort(known)
    place = np.minimum(np.searchsorted(known, wanted, sorter=order), len(known) - 1)
    position: Int64 = order[place]
    return np.where(known[position] == wanted, position, -1)


def _renumbered(record: Record, raters: Int64 | None, notes: Int64 | None, of_notes: bool = False) -> Record:
    """The record with its arrays in a new order; ``of_notes`` where all of them are by note."""
    parts: dict[str, Any] = {}
    for field in fields(record):
        value = getattr(record, field.name)
        by_note = of_notes or field.name.startswith("note_")
        position = notes if by_note else raters
        if is_dataclass(value) and not isinstance(value, type):
            parts[field.name] = _renumbered(value, raters, notes, by_note or field.name == "harassment")
        elif isinstance(value, np.ndarray) and field.name not in _OF_NO_ROW and position is not None:
            parts[field.name] = _moved(value, position)
    return replace(record, **parts)


def _moved(values: NDArray[Any], position: Int64) -> NDArray[Any]:
    unknown = np.nan if values.dtype.kind == "f" else 0
    result = np.full(len(position), unknown, values.dtype)
    known = position >= 0
    result[known] = values[position[known]]
    return result
