"""The page's parts as its template wants them: texts and drawings, nothing left to compute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from harness.comparison import charts, phrases
from harness.comparison.document import Answer, Comparison, Contestant, Measure, NoteFate, Pair, PostAnswers
from harness.comparison.selection import final_answers
from harness.report.figures import Figure, Table, admission_figure
from harness.report.stories import NOTE_SHOWN, POST_SHOWN, Quote, quoted
from harness.report.summary import WriterLine, writer_line
from harness.report.svg import draw
from harness.report.theme import HELPFUL, NOT_HELPFUL, STATUS_STYLES, Colour, StatusStyle
from harness.report.words import count, counted, decimal, inert, rule_in_words, shortened
from writers.journal import Outcome

_EXCERPT: Final = 110
_REASONS: Final = 6
_SOURCES: Final = 12
_NAME_DRAWN: Final = 28
_COLOURS: Final[Mapping[Measure, Colour]] = {
    Measure.HELPFUL: HELPFUL,
    Measure.NOT_HELPFUL: NOT_HELPFUL,
    Measure.POSTS_HELPED: HELPFUL,
}
_LABELS: Final[Mapping[Outcome, str]] = {
    Outcome.DRAFTED: "Drafted, not taken",
    Outcome.ABSTAINED: "Abstained",
    Outcome.REFUSED: "Refused by checks",
    Outcome.SUBMITTING: "Sent, no answer",
    Outcome.SUBMITTED: "Submitted",
    Outcome.FAILED: "Failed",
}


@dataclass(frozen=True, slots=True)
class ReasonList:
    title: str
    reasons: list[tuple[str, str]]
    """The reason, and how often it was given."""
    rarer: int


@dataclass(frozen=True, slots=True)
class WriterView:
    anchor: str
    line: WriterLine
    plugin: str
    handed: str
    abstained: str
    refused: str
    failed: str
    highest_limit: str
    shares: dict[str, tuple[str, str]]
    """Measure → the share and its interval."""
    cost: tuple[str, str, str]
    """In all, a note, a Helpful note."""
    model_use: str
    time: str
    time_told: str
    admission: Figure | None
    reasons: list[ReasonList]


@dataclass(frozen=True, slots=True)
class MeasureView:
    name: str
    title: str
    meaning: str
    shares: Figure | None
    differences: Figure | None


@dataclass(frozen=True, slots=True)
class AnswerView:
    writer: str
    style: StatusStyle | None
    """Of a live note."""
    label: str
    """What became of it, where it is no live note."""
    note: Quote | None
    said: str
    """Why there is no note."""
    sources: list[str]
    complaints: list[str]
    facts: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class PostView:
    excerpt: str
    post: Quote
    truth: str
    answers: list[AnswerView]


def writer_views(comparison: Comparison) -> list[WriterView]:
    return [
        _writer(contestant, number, comparison.started_at_ms)
        for number, contestant in enumerate(comparison.writers, start=1)
    ]


def measure_views(comparison: Comparison) -> list[MeasureView]:
    return [
        MeasureView(
            name=measure.value,
            title=phrases.MEASURES[measure],
            meaning=phrases.MEANINGS[measure],
            shares=_shares(comparison, measure),
            differences=_differences([pair for pair in comparison.pairs if pair.measure is measure]),
        )
        for measure in Measure
    ]


def post_view(post: PostAnswers, names: Sequence[str]) -> PostView:
    answers = final_answers(post)
    return PostView(
        excerpt=shortened(" ".join(post.text.split()), _EXCERPT),
        post=quoted(post.text, POST_SHOWN),
        truth=(post.truth or "").replace("_", " "),
        answers=[_answer(name, answers.get(name)) for name in names],
    )


def _writer(contestant: Contestant, number: int, started_at_ms: int) -> WriterView:
    season, attempts, time = contestant.season, contestant.season.attempts, contestant.time
    options = "&".join(f"{name}={value}" for name, value in contestant.options.items())
    return WriterView(
        anchor=f"writer-{number}",
        line=writer_line(season, started_at_ms),
        plugin=contestant.plugin + (f"?{options}" if options else ""),
        handed=count(contestant.posts_handed),
        abstained=count(attempts.get(Outcome.ABSTAINED, 0)),
        refused=count(attempts.get(Outcome.REFUSED, 0)),
        failed=count(attempts.get(Outcome.FAILED, 0)),
        highest_limit=phrases.limit(contestant),
        shares={
            measure.value: (phrases.share(figure), phrases.interval(figure))
            for measure, figure in contestant.shares.items()
        },
        cost=(
            phrases.spent(contestant.cost),
            phrases.spent_a(contestant.cost.usd_a_note, contestant.cost),
            phrases.spent_a(contestant.cost.usd_a_helpful_note, contestant.cost),
        ),
        model_use=phrases.model_use(contestant.cost),
        time=phrases.time_a_post(time),
        time_told=phrases.time_told(time),
        admission=admission_figure(season),
        reasons=[
            ReasonList(
                title,
                [(reason.text, count(reason.times)) for reason in found.told[:_REASONS]],
                sum(reason.times for reason in found.told[_REASONS:]) + found.rarer,
            )
            for title, found in (
                ("Why it abstained", contestant.abstained),
                ("What draft checks refused", contestant.refused),
                ("What failed", contestant.failed),
            )
            if found.told
        ],
    )


def _shares(comparison: Comparison, measure: Measure) -> Figure | None:
    lines = [
        (contestant.season.name, figure)
        for contestant in comparison.writers
        if (figure := contestant.shares[measure]) is not None
    ]
    if not lines:
        return None
    return Figure(
        draw(
            charts.shares(
                [
                    charts.Line(
                        shortened(inert(name), _NAME_DRAWN),
                        figure.value,
                        figure.low,
                        figure.high,
                        f"{phrases.share(figure)}, {phrases.interval(figure)}",
                    )
                    for name, figure in lines
                ],
                _COLOURS[measure],
            ),
            label=f"{phrases.MEASURES[measure]}: points with intervals for {counted(len(lines), 'writer')}",
        ),
        Table(
            ("Writer", "Share", f"{phrases.LEVEL} interval", "Notes", "Of"),
            [
                (
                    name,
                    phrases.share(figure),
                    phrases.interval(figure),
                    count(figure.part),
                    count(figure.whole),
                )
                for name, figure in lines
            ],
        ),
        "",
    )


def _differences(pairs: Sequence[Pair]) -> Figure | None:
    if not pairs:
        return None
    return Figure(
        draw(
            charts.differences(
                [
                    charts.Line(
                        _versus(pair),
                        pair.difference.value,
                        pair.difference.low,
                        pair.difference.high,
                        f"{phrases.points(pair.difference)}, {phrases.points_interval(pair.difference)}",
                    )
                    for pair in pairs
                ]
            ),
            label=f"Differences with their intervals for {counted(len(pairs), 'pair')} of writers",
        ),
        Table(
            ("Pair", "Difference in points", f"{phrases.LEVEL} interval", "First better in", "So"),
            [
                (
                    f"{pair.first} − {pair.second}",
                    phrases.points(pair.difference),
                    phrases.points_interval(pair.difference),
                    phrases.odds(pair.first_better),
                    phrases.verdict(pair),
                )
                for pair in pairs
            ],
        ),
        "The first writer’s share less the second’s, in points of a hundred.",
    )


def _versus(pair: Pair) -> str:
    names = [shortened(inert(name), _NAME_DRAWN) for name in (pair.first, pair.second)]
    return " − ".join(names)


def _answer(name: str, answer: Answer | None) -> AnswerView:
    if answer is None:
        return AnswerView(name, None, "Not handed to it", None, "", [], [], [])
    fate = answer.note
    return AnswerView(
        writer=name,
        style=STATUS_STYLES[fate.status] if fate is not None and fate.status is not None else None,
        label="Test note" if fate is not None else _LABELS[answer.outcome],
        note=quoted(answer.text, NOTE_SHOWN) if answer.text is not None else None,
        said=shortened(answer.reason, POST_SHOWN),
        sources=list(answer.sources[:_SOURCES]),
        complaints=list(answer.complaints[:_SOURCES]),
        facts=_facts(fate) if fate is not None else [],
    )


def _facts(fate: NoteFate) -> list[tuple[str, str]]:
    facts = []
    if fate.evaluation:
        verdicts = ", ".join(f"{name} {bucket}" for name, bucket in fate.evaluation.items())
        facts.append(("Evaluators", verdicts))
    if fate.claim_opinion_score is not None:
        facts.append(("Claim-or-opinion score", decimal(fate.claim_opinion_score)))
    if fate.status is not None:
        facts.append(
            (
                "Ratings",
                f"{count(fate.helpful)} Helpful, {count(fate.somewhat_helpful)} Somewhat Helpful, "
                f"{count(fate.not_helpful)} Not Helpful",
            )
        )
    if fate.intercept is not None:
        facts.append(("Intercept and factor", f"{decimal(fate.intercept)} and {decimal(fate.factor)}"))
    if fate.decided_by:
        facts.append(("Decided by", rule_in_words(fate.decided_by) or fate.decided_by))
    return facts
