"""What a season brought: the one document behind the terminal table, the HTML report and `--json`.

Everything in it follows from scenario and seed; wall-clock time and machine facts stay out, so that two runs
of one seed give the same bytes.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from harness.admission.window import Criterion
from writers.protocol.notes import ScoreBucket, Status


class _Figures(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StatusCounts(_Figures):
    """Live notes by present status."""

    crh: int = 0
    crnh: int = 0
    nmr: int = 0


class Admission(_Figures):
    """Where a writer stands at the end of the season on the way from test mode to live notes."""

    admitted_at_ms: int | None
    test_notes: int
    window: int
    """Test notes the verdict looked at: the most recent 50, or fewer where there are not so many."""
    qualifies: bool
    criteria: tuple[Criterion, ...]
    reasons: tuple[str, ...]
    """One sentence for each thing that stands in the way."""


class WriterDay(_Figures):
    """One writer's day. Days are 24 hours from the season's start, the first is 0."""

    day: int
    test_notes: int
    live_notes: int
    writing_limit: int | None
    """At the day's end; None while not admitted."""
    hit_rate: float | None
    """(CRH − CRNH) / notes over the most recent 100 live notes at the day's end; None without live notes."""
    crh: int
    crnh: int
    nmr: int
    """Live notes so far by status at the day's end."""


class Retrieval(_Figures):
    """How often a writer cited a page that decides the matter, over the posts that have one."""

    posts_with_decisive_page: int
    found: int


class WriterSeason(_Figures):
    """One writer's season."""

    name: str
    admission: Admission
    attempts: dict[str, int]
    """Journal outcomes: drafted-and-submitted, abstained, refused, failed ... by name."""
    notes: StatusCounts
    hit_rate: float | None
    writing_limit: int | None
    limit_reason: str | None
    """Which branch of the writing-limit rule decided, for people."""
    feeds: tuple[str, ...]
    """Feed sizes the writer may ask for."""
    retrieval: Retrieval | None
    """None where the season's posts carry no truth (a recorded feed)."""
    days: tuple[WriterDay, ...]


class StatusChange(_Figures):
    at_ms: int
    status: Status


class NoteStory(_Figures):
    """One note's life."""

    note_id: str
    post_id: str
    writer: str
    """The writer's name; "people" for the notes of human contributors."""
    test_mode: bool
    created_at_ms: int
    text: str
    post_text: str
    status: Status | None
    """None for a test note."""
    decided_by: str | None
    intercept: float | None
    factor: float | None
    ratings: int
    helpful: int
    somewhat_helpful: int
    not_helpful: int
    history: tuple[StatusChange, ...]
    evaluation: dict[str, ScoreBucket]
    """Evaluator name → bucket; empty for notes that were not evaluated."""
    claim_opinion_score: float | None
    truth: str | None
    """What the post really is (a `ClaimKind` of the world), where known."""


class RaterPoint(_Figures):
    """A rater on the map."""

    factor: float
    intercept: float
    ratings: int
    above_helpfulness_threshold: bool


class HourlyStatus(_Figures):
    """Notes shown to people by status at one scoring round (live notes of all writers and of people)."""

    at_ms: int
    counts: StatusCounts


class StatusThresholds(_Figures):
    """Where the core model's status rules divide the map of notes, as the season's rules had them."""

    helpful_intercept: float
    """Helpful from this note intercept upwards."""
    not_helpful_intercept: float
    not_helpful_slope: float
    """Not Helpful from `not_helpful_intercept − not_helpful_slope · |factor|` downwards."""
    largest_helpful_factor: float
    """A note whose |factor| exceeds this does not become Helpful."""


class SeasonResult(_Figures):
    """A whole season."""

    scenario: str
    seed: int
    rules: str
    """The rule versions the season ran under, for people."""
    link_checks: str
    """How links were checked, for people (the world's own web, a recorded table, or the network)."""
    started_at_ms: int
    days: int
    posts: int
    raters: int
    ratings: int
    scoring_rounds: int
    writers: tuple[WriterSeason, ...]
    people: StatusCounts
    """Notes of human contributors by status at the end."""
    notes: tuple[NoteStory, ...]
    rater_map: tuple[RaterPoint, ...]
    thresholds: StatusThresholds | None = None
    """None where the season was scored by a model without these rules; the map then shows no lines."""
    statuses: tuple[HourlyStatus, ...]
    events: tuple[str, ...]
    """What went wrong and was survived: a plugin that hung, an answer of the wrong type ..."""
