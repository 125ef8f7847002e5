"""Notes on the wire: what a writer submits, and what the API tells about notes written.

Shapes follow the wire as live clients read it (xai-org/community-writer, Goodheart-Labs/cn-return-bot,
cn-bot, 2026), which differs from X's OpenAPI document in places: `test_result.evaluation_outcome` and
`rating_counts_per_model` are arrays, and the post's id stands in `info`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo
from pydantic_core import PydanticCustomError


class Classification(StrEnum):
    MISLEADING = "misinformed_or_potentially_misleading"
    NOT_MISLEADING = "not_misleading"


class MisleadingTag(StrEnum):
    DISPUTED_CLAIM_AS_FACT = "disputed_claim_as_fact"
    FACTUAL_ERROR = "factual_error"
    MANIPULATED_MEDIA = "manipulated_media"
    MISINTERPRETED_SATIRE = "misinterpreted_satire"
    MISSING_IMPORTANT_CONTEXT = "missing_important_context"
    OTHER = "other"
    OUTDATED_INFORMATION = "outdated_information"


class WireStatus(StrEnum):
    """Status of a note as the API spells it. Test notes have an empty status, `""`."""

    CURRENTLY_RATED_HELPFUL = "currently_rated_helpful"
    CURRENTLY_RATED_NOT_HELPFUL = "currently_rated_not_helpful"
    FIRM_REJECT = "firm_reject"
    INSUFFICIENT_CONSENSUS = "insufficient_consensus"
    MINIMUM_RATINGS_NOT_MET = "minimum_ratings_not_met"
    NEEDS_MORE_RATINGS = "needs_more_ratings"
    NEEDS_YOUR_HELP = "needs_your_help"


class Status(StrEnum):
    """A note's public status, in the spelling of the public data files; texts for people spell it out."""

    CRH = "CURRENTLY_RATED_HELPFUL"
    CRNH = "CURRENTLY_RATED_NOT_HELPFUL"
    NMR = "NEEDS_MORE_RATINGS"

    @property
    def label(self) -> str:
        """For people: "Currently Rated Helpful"."""
        return self.value.replace("_", " ").title()

    @property
    def wire(self) -> WireStatus:
        return WireStatus(self.value.lower())


STATUS_OF_WIRE: Final[Mapping[str, Status]] = {
    status: {
        WireStatus.CURRENTLY_RATED_HELPFUL: Status.CRH,
        WireStatus.CURRENTLY_RATED_NOT_HELPFUL: Status.CRNH,
    }.get(status, Status.NMR)
    for status in WireStatus
}
"""Seven statuses of the API → three of the public data: only two of the seven are decisions."""


class EvaluatorType(StrEnum):
    URL_VALIDITY = "UrlValidity"
    CLAIM_OPINION = "ClaimOpinion"
    HARASSMENT_ABUSE = "HarassmentAbuse"


class ScoreBucket(StrEnum):
    """An evaluator's verdict; High is always better. Capitalised on the wire, lower-case in documents."""

    HIGH = "High"
    MEDIUM = "Medium"
    LOW = "Low"

    @classmethod
    def _missing_(cls, value: object) -> ScoreBucket | None:
        return next((b for b in cls if isinstance(value, str) and b.lower() == value.lower()), None)


class _Wire(BaseModel):
    """Unknown keys are tolerated when read: X adds fields without notice."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class _Request(BaseModel):
    """Unknown keys are refused when sent (`additionalProperties: false` in X's OpenAPI document)."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _no_null(value: Any, info: ValidationInfo) -> Any:
    """The wire leaves out what is not said: a `null` in JSON is refused."""
    if value is None and info.mode == "json":
        raise PydanticCustomError("bool_type", "null is not a boolean")
    return value


class NoteInfo(_Request):
    """The content of a submitted note."""

    text: str
    classification: Classification
    misleading_tags: tuple[MisleadingTag, ...] = ()
    trustworthy_sources: bool
    is_media_note: Annotated[bool | None, BeforeValidator(_no_null)] = None


class NoteSubmission(_Request):
    """Body of `POST /2/notes`."""

    test_mode: bool
    post_id: str = Field(pattern=r"^[0-9]{1,19}$")
    info: NoteInfo


class EvaluationRequest(_Request):
    """Body of the evaluate operation: exactly these two keys, any other is refused."""

    post_id: str = Field(pattern=r"^[0-9]{1,19}$")
    note_text: str


class EvaluationOutcome(_Wire):
    evaluator_type: EvaluatorType
    evaluator_score_bucket: ScoreBucket


def _known_outcomes(told: Any) -> Any:
    """X adds evaluators without notice: one this version does not know must not make a page unreadable."""
    if not isinstance(told, list | tuple):
        return told
    types = frozenset(EvaluatorType)
    return [o for o in told if not isinstance(o, dict) or o.get("evaluator_type") in types]


def _text(told: Any) -> Any:
    """X leaves the status of a test note empty, which in JSON may be an empty text or null."""
    return "" if told is None else told


def _known_tags(told: Any) -> Any:
    if not isinstance(told, list | tuple):
        return told
    tags = frozenset(MisleadingTag)
    return [tag for tag in told if tag in tags]


class TestResult(_Wire):
    """Verdicts of the evaluators on a test note; missing until the note was scored."""

    __test__ = False  # not a test case, whatever its name suggests to pytest

    evaluation_outcome: Annotated[tuple[EvaluationOutcome, ...], BeforeValidator(_known_outcomes)] = ()

    def bucket(self, evaluator: EvaluatorType) -> ScoreBucket | None:
        return next(
            (o.evaluator_score_bucket for o in self.evaluation_outcome if o.evaluator_type == evaluator), None
        )


class TagCount(_Wire):
    tag_name: str
    tag_count: int


class BucketCounts(_Wire):
    """Ratings of a note from raters on one side: factor below −0.15, within ±0.15, above 0.15."""

    helpful_count: int = 0
    somewhat_helpful_count: int = 0
    not_helpful_count: int = 0
    helpful_tag_counts: tuple[TagCount, ...] = ()
    not_helpful_tag_counts: tuple[TagCount, ...] = ()


class ModelRatingCounts(_Wire):
    negative_factor_bucket_counts: BucketCounts = BucketCounts()
    neutral_factor_bucket_counts: BucketCounts = BucketCounts()
    positive_factor_bucket_counts: BucketCounts = BucketCounts()


class RatingCountsPerModel(_Wire):
    model_name: str
    value: ModelRatingCounts


class ScoringStatus(_Wire):
    """Rating counts by rater side; `has_access` is earned (`harness.eligibility`)."""

    has_access: bool = False
    rating_counts_per_model: tuple[RatingCountsPerModel, ...] = ()


class WrittenInfo(_Wire):
    """The content of a note as the API tells it back."""

    text: str = ""
    classification: Classification | None = None
    misleading_tags: Annotated[tuple[MisleadingTag, ...], BeforeValidator(_known_tags)] = ()
    post_id: str = ""
    trustworthy_sources: bool | None = None
    is_media_note: bool | None = None


class WrittenNote(_Wire):
    """One item of `GET /2/notes/search/notes_written`."""

    id: str
    info: WrittenInfo = WrittenInfo()
    status: Annotated[str, BeforeValidator(_text)] = ""
    test_result: TestResult | None = None
    scoring_status: ScoringStatus | None = None

    @property
    def public_status(self) -> Status | None:
        """Status of a live note; None for a test note or a status this version does not know."""
        return STATUS_OF_WIRE.get(self.status)


NOTE_FIELDS: Final = ("id", "info", "scoring_status", "status", "test_result")
"""Values of `note.fields`."""

DEFAULT_NOTE_FIELDS: Final = NOTE_FIELDS
"""What is told without `note.fields`; `scoring_status` only to a writer entitled to it."""


class CreatedNoteId(_Wire):
    id: str = Field(pattern=r"^[0-9]{1,19}$")


class CreatedNote(_Wire):
    """Answer of `POST /2/notes`."""

    data: CreatedNoteId


class Deletion(_Wire):
    deleted: bool


class DeletedNote(_Wire):
    """Answer of `DELETE /2/notes/{id}`."""

    data: Deletion


class ClaimOpinion(_Wire):
    claim_opinion_score: float


class NoteEvaluation(_Wire):
    """Answer of the evaluate operation."""

    data: ClaimOpinion


class PageMeta(_Wire):
    result_count: int = 0
    next_token: str | None = None


class WrittenPage(_Wire):
    """Answer of `GET /2/notes/search/notes_written`."""

    data: tuple[WrittenNote, ...] = ()
    meta: PageMeta = PageMeta()


def wire_json(model: BaseModel) -> dict[str, Any]:
    """A model as the wire carries it: absent optional values are left out."""
    return model.model_dump(mode="json", exclude_none=True)
