"""A judge of note texts: a linear model over `text_features`, its weights and thresholds kept as data."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final, Protocol, Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from harness.admission.text_features import feature_names, text_features
from writers.errors import BadInputError
from writers.protocol.notes import ScoreBucket

_TOLD: Final = 2
"""Features named in a reason, on either side."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A score, its bucket, and why."""

    score: float
    bucket: ScoreBucket
    reason: str


class TextModel(Protocol):
    """Judges a note's text; the score is unbounded and higher is better, High is always the better bucket."""

    def judge(self, text: str) -> Judgement: ...


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Weight(_Data):
    weight: float
    """Score for one unit of the feature."""
    mean: float
    """The feature's mean over the notes the model was fitted on; a note is explained against it."""


class Thresholds(_Data):
    high: float
    """Scores from here on are High."""
    low: float
    """Scores below are Low."""
    population: str
    """For people: the notes that the thresholds were read off."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.low > self.high:
            raise ValueError("low must not exceed high")
        return self


class Measurement(_Data):
    """How well the score tells apart notes that were not fitted on."""

    notes: str
    """For people: which notes."""
    positives: int
    """Notes that carry the label the model is against."""
    total: int
    auc: float
    standard_error: float
    auc_of_words: float
    """What the number of words alone reaches, in whichever direction is better."""
    auc_of_urls: float
    """The same of the number of URLs."""


class ModelFile(_Data):
    """A fitted model as it ships."""

    evaluator: str
    about: str
    fitted_on: str
    intercept: float
    weights: dict[str, Weight]
    thresholds: Thresholds
    measured: tuple[Measurement, ...]


class LinearTextModel:
    """score = intercept + Σ weight · feature."""

    def __init__(self, model: ModelFile) -> None:
        self.model = model

    @classmethod
    def read(cls, file: Traversable) -> LinearTextModel:
        """Reads a model file; raises BadInputError where it is none, or one of other features."""
        try:
            model = ModelFile.model_validate_json(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise BadInputError(f"cannot be read as a model: {error}", file=str(file)) from error
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(str(part) for part in first["loc"])
            raise BadInputError(
                f"is not a model file: {first['msg']}", file=str(file), field=field
            ) from error
        if model.weights.keys() != set(feature_names()):
            odd = sorted(model.weights.keys() ^ set(feature_names()))
            message = (
                f"was fitted on other features than this version computes ({', '.join(odd)}): fit it again"
            )
            raise BadInputError(message, file=str(file), field="weights")
        return cls(model)

    @classmethod
    def shipped(cls, name: str) -> LinearTextModel:
        """A model of this package."""
        return cls.read(files(__package__) / "models" / f"{name}.json")

    def judge(self, text: str) -> Judgement:
        """Score, bucket and reason."""
        features = text_features(text)
        weights = self.model.weights
        score = self.model.intercept + sum(weights[name].weight * value for name, value in features.items())
        bucket = self._bucket(score)
        return Judgement(score, bucket, f"score {score:.2f} is {bucket}: {self._told(features)}")

    def _told(self, features: dict[str, float]) -> str:
        """What sets the note apart most from the mean of the fitted notes, on either side."""
        apart = {name: value - self.model.weights[name].mean for name, value in features.items()}
        shares = {name: self.model.weights[name].weight * apart[name] for name in apart}
        ranked = sorted(shares, key=lambda name: shares[name])
        sides = (("raised by", ranked[: -_TOLD - 1 : -1]), ("lowered by", ranked[:_TOLD]))
        return "; ".join(
            f"{what} " + ", ".join(f"{name.replace('_', ' ')} ({_amount(apart[name])})" for name in names)
            for what, names in sides
        )

    def _bucket(self, score: float) -> ScoreBucket:
        if score >= self.model.thresholds.high:
            return ScoreBucket.HIGH
        return ScoreBucket.LOW if score < self.model.thresholds.low else ScoreBucket.MEDIUM


def _amount(apart: float) -> str:
    return "high" if apart > 0 else "low"
