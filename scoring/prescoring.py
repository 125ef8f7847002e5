"""What prescoring hands to the final phase, in memory and on disk."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.errors import PrescoringError
from scoring.tables.arrays import Bool, Int64

Floats = NDArray[np.float64]

FORMAT = 1


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
    above_threshold: Bool
    listed: Bool
    """Whether the participant occurs in the model's table of raters: made a valid rating or wrote a scored
    note.
    """
    successful_helpful: Int64
    successful_not_helpful: Int64
    unsuccessful_helpful: Int64
    unsuccessful_not_helpful: Int64
    note_intercept: Floats
    note_factor: Floats
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


_BY_NOTE = ("note_intercept", "note_factor")
_SINGLE = (
    *("global_intercept", "ratings", "notes", "raters"),
    *("first_loss", "first_start", "loss", "start"),
)
_BY_PARTICIPANT = tuple(
    field.name for field in fields(ModelPrescoring) if field.name not in _BY_NOTE + _SINGLE
)
_ARRAYS = _BY_PARTICIPANT + _BY_NOTE


@dataclass(frozen=True, slots=True)
class Prescoring:
    """What crosses from prescoring to the final phase."""

    as_of_ms: int
    participant_ids: Sequence[str]
    note_id: Int64
    models: Mapping[str, ModelPrescoring]
    """By the model's name."""

    def for_participants(self, participant_ids: Sequence[str]) -> Prescoring:
        """The same result, numbered as ``participant_ids``; people unknown to it have no parameters.

        Where the list only grew at its end, as it does in a running server, this costs next to nothing.
        """
        known = len(self.participant_ids)
        if participant_ids is self.participant_ids:
            return self
        if len(participant_ids) >= known and list(participant_ids[:known]) == list(self.participant_ids):
            position = np.arange(len(participant_ids))
            position[known:] = -1
        else:
            number = {name: row for row, name in enumerate(self.participant_ids)}
            position = np.array([number.get(name, -1) for name in participant_ids], np.int64)
        models = {}
        for name, model in self.models.items():
            columns: dict[str, Any] = {
                field: _renumbered(getattr(model, field), position) for field in _BY_PARTICIPANT
            }
            models[name] = replace(model, **columns)
        return replace(self, participant_ids=participant_ids, models=models)

    def save(self, path: Path) -> None:
        """Write to one .npz file, which appears whole or not at all."""
        arrays: dict[str, NDArray[Any]] = {
            "participant_ids": np.array(self.participant_ids, np.str_),
            "note_id": self.note_id,
        }
        about: dict[str, Any] = {"format": FORMAT, "as_of_ms": self.as_of_ms, "models": {}}
        for name, model in self.models.items():
            about["models"][name] = {field: getattr(model, field) for field in _SINGLE}
            for field in _ARRAYS:
                arrays[f"{name}.{field}"] = getattr(model, field)
        arrays["about"] = np.array(json.dumps(about))
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
                about = json.loads(str(saved["about"]))
                if about["format"] != FORMAT:
                    raise PrescoringError(
                        f"{path}: written in format {about['format']} and this version reads {FORMAT}; "
                        "run prescoring again"
                    )
                models = {
                    name: ModelPrescoring(**single, **{field: saved[f"{name}.{field}"] for field in _ARRAYS})
                    for name, single in about["models"].items()
                }
                return cls(about["as_of_ms"], saved["participant_ids"].tolist(), saved["note_id"], models)
        except FileNotFoundError as error:
            raise PrescoringError(f"{path}: there is no such file; run prescoring first") from error
        except (OSError, KeyError, TypeError, ValueError, zipfile.BadZipFile) as error:
            raise PrescoringError(f"{path}: not a saved prescoring result; run prescoring again") from error


def _renumbered(values: NDArray[Any], position: Int64) -> NDArray[Any]:
    unknown = np.nan if values.dtype.kind == "f" else 0
    result = np.full(len(position), unknown, values.dtype)
    known = position >= 0
    result[known] = values[position[known]]
    return result
