"""What a comparison brought: the one document behind the terminal tables, the HTML report and `--json`.

All but `time` follows from scenario, seed and writers; `time` is what this machine needed, and stays out of
documents unless it was asked for.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from harness.comparison.bootstrap import Difference, Share
from harness.simulation.result import StatusCounts, WriterSeason
from writers.journal import Outcome
from writers.protocol.notes import ScoreBucket, Status


class _Figures(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Measure(StrEnum):
    """A share by which writers are compared."""

    HELPFUL = "helpful"
    """CRH notes among a writer's live notes."""
    NOT_HELPFUL = "not_helpful"
    """CRNH notes among a writer's live notes."""
    POSTS_HELPED = "posts_helped"
    """Posts with a CRH note of the writer, among all posts that any of the writers was handed."""

    @property
    def less_is_better(self) -> bool:
        return self is Measure.NOT_HELPFUL


class Reason(_Figures):
    """What was said of several attempts, once. Addresses and long numbers in it are left out ("…")."""

    text: str
    times: int


class Reasons(_Figures):
    """The most frequent reasons, and how many attempts had rarer ones."""

    told: tuple[Reason, ...]
    rarer: int


class Cost(_Figures):
    """What a writer's questions to language models cost, in US dollars."""

    calls: int
    """Questions sent; 0 for a writer that asked no model and therefore cost nothing."""
    unpriced_calls: int
    """Of these, how many have no known price: the sums are then lower bounds."""
    usd: Decimal
    """The sum over the calls whose price is known."""
    usd_a_note: Decimal | None
    """Per note that the API took, test notes included; None without notes or with unpriced calls."""
    usd_a_helpful_note: Decimal | None
    """Per live note that ended as CRH; None without one or with unpriced calls."""


class Time(_Figures):
    """Real time a draft took on this machine, in milliseconds, over all drafts that came to an end."""

    drafts: int
    mean_ms: float
    median_ms: float
    slow_ms: float
    """95 of 100 drafts took no longer."""


class Contestant(_Figures):
    """One writer of the comparison."""

    plugin: str
    options: dict[str, str]
    checks: bool
    passes_per_day: int
    minute: int | None
    """Of the hour, in which its passes begin."""
    posts_per_pass: int
    feed: str
    language: str
    season: WriterSeason
    """Name, admission, attempts by outcome, statuses, writing limit and days, as in a season's result."""
    posts_handed: int
    """Posts that were handed to the writer."""
    highest_writing_limit: int | None
    """At the end of any day; None where it was not admitted."""
    days_at_limit: int
    """Days on which it wrote as many live notes as the limit at the end of the day before allowed."""
    shares: dict[Measure, Share | None]
    """None where there is nothing it could be a share of."""
    abstained: Reasons
    refused: Reasons
    """Complaints of the draft checks."""
    failed: Reasons
    cost: Cost
    time: Time | None


class Pair(_Figures):
    """Two writers by one measure. `difference` is the first's share less the second's."""

    measure: Measure
    first: str
    second: str
    difference: Difference
    first_better: float
    """Share of the resamples in which the first fares better; a tie counts for half."""


class NoteFate(_Figures):
    """What became of a note."""

    note_id: str
    created_at_ms: int
    status: Status | None
    """None for a test note."""
    decided_by: str | None
    intercept: float | None
    factor: float | None
    ratings: int
    helpful: int
    somewhat_helpful: int
    not_helpful: int
    evaluation: dict[str, ScoreBucket]
    """Evaluator name → bucket; empty for notes that were not evaluated."""
    claim_opinion_score: float | None


class Answer(_Figures):
    """One writer's attempt at a post."""

    writer: str
    test_mode: bool
    at_ms: int
    outcome: Outcome
    reason: str
    """Why it abstained, or what failed."""
    text: str | None
    """The draft, where one was made."""
    sources: tuple[str, ...]
    complaints: tuple[str, ...]
    """Of the draft checks; empty where the draft passed, or no check stood before it."""
    note: NoteFate | None
    """None where the API took no note."""


class PostAnswers(_Figures):
    """A post and every attempt at it, in the order of the writers; before admission and after may both be."""

    post_id: str
    text: str
    language: str
    truth: str | None
    """What the post really is (a `ClaimKind` of the world), where known."""
    answers: tuple[Answer, ...]


class Resampling(_Figures):
    """How intervals were made; see `harness.comparison.bootstrap` for the methods and their sources."""

    resamples: int
    confidence: float
    seed: int


class Comparison(_Figures):
    """Several writers over the same posts."""

    scenario: str
    seed: int
    rules: str
    """The rule versions of the season, for people."""
    link_checks: str
    started_at_ms: int
    days: int
    posts: int
    """Posts that at least one of the writers was handed."""
    raters: int
    ratings: int
    people: StatusCounts
    """Notes of human contributors by status at the end."""
    resampling: Resampling
    writers: tuple[Contestant, ...]
    pairs: tuple[Pair, ...]
    """Each two writers that can be compared by a measure, in the order they were named."""
    answers: tuple[PostAnswers, ...]
    """In order of the posts' arrival."""
    events: tuple[str, ...]
    """What went wrong and was survived: a writer that hung, an answer of the wrong type …"""

    def without_time(self) -> Comparison:
        """The same, without what differs from run to run."""
        writers = tuple(writer.model_copy(update={"time": None}) for writer in self.writers)
        return self.model_copy(update={"writers": writers})
