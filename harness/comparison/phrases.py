"""A comparison in words: what the tables on the terminal and the page both say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from harness.comparison.bootstrap import CONFIDENCE, Difference, Share
from harness.comparison.document import Comparison, Contestant, Cost, Measure, Pair, Reasons, Time
from harness.report.summary import total
from harness.report.words import NONE, count, counted, inert, listed, percent, shortened

MEASURES: Final = {
    Measure.HELPFUL: "Helpful",
    Measure.NOT_HELPFUL: "Not Helpful",
    Measure.POSTS_HELPED: "Posts helped",
}
MEANINGS: Final = {
    Measure.HELPFUL: "share of a writer’s live notes that ended as Helpful",
    Measure.NOT_HELPFUL: "share of a writer’s live notes that ended as Not Helpful; less is better",
    Measure.POSTS_HELPED: "share of all compared posts on which a writer has a Helpful note",
}

REASON_SHOWN: Final = 110
ADMISSION: Final = "Whoever meets the criteria is admitted the next day; there is no random draw."
HANDED: Final = (
    "Until they are admitted, all are handed the same posts at the same moments; from then on the feed and "
    "the writing limit that a writer has earned decide which more it is handed."
)
LEVEL: Final = percent(CONFIDENCE)
INTERVALS: Final = (
    "{level} intervals and odds are over the posts that came by, drawn again {resamples} times for all "
    "writers together; they do not speak for another season"
)


def share(figure: Share | None) -> str:
    """ "46 %"."""
    return percent(None if figure is None else round(figure.value, 3))


def interval(figure: Share | None) -> str:
    """ "41 to 52 %"."""
    if figure is None:
        return NONE
    low = percent(round(figure.low, 3)).removesuffix("\N{NO-BREAK SPACE}%")
    return f"{low} to {percent(round(figure.high, 3))}"


def points(difference: Difference) -> str:
    """ "+4.2", in hundredths."""
    return _signed(difference.value)


def points_interval(difference: Difference) -> str:
    """ "−1 to +9.3"."""
    return " to ".join(_signed(end) for end in (difference.low, difference.high))


def odds(share_of_resamples: float) -> str:
    """How often one is ahead, never more certain than the resamples are."""
    if share_of_resamples > 0.999:
        return "over 99.9\N{NO-BREAK SPACE}%"
    if share_of_resamples < 0.001:
        return "under 0.1\N{NO-BREAK SPACE}%"
    return percent(round(share_of_resamples, 3))


def usd(amount: Decimal | None) -> str:
    """Dollars with at least two digits that say something: "$12.40", "$0.0031"."""
    if amount is None:
        return NONE
    if not amount:
        return "$0"
    digits = max(2, 1 - amount.adjusted())
    return f"${amount:,.{digits}f}"


def spent(cost: Cost) -> str:
    """The whole cost: a lower bound where some prices are not known."""
    if cost.unpriced_calls == cost.calls and cost.calls:
        return "unknown"
    return f"≥ {usd(cost.usd)}" if cost.unpriced_calls else usd(cost.usd)


def spent_a(amount: Decimal | None, cost: Cost) -> str:
    """The cost of one note."""
    return "unknown" if cost.unpriced_calls else usd(amount)


def model_use(cost: Cost) -> str:
    """What was asked of models, in one sentence."""
    if not cost.calls:
        return "It asked no language model."
    asked = f"It asked language models {counted(cost.calls, 'question')}"
    if not cost.unpriced_calls:
        return f"{asked}, for {usd(cost.usd)}."
    return (
        f"{asked}; the price of {count(cost.unpriced_calls)} is not known, the others cost {usd(cost.usd)}."
    )


def milliseconds(ms: float | None) -> str:
    """ "0.8 ms", "31 ms", "4.2 s"."""
    if ms is None:
        return NONE
    if ms < 0.05:
        return "under 0.1\N{NO-BREAK SPACE}ms"
    if ms >= 1_000:
        return f"{ms / 1_000:.1f}\N{NO-BREAK SPACE}s"
    return f"{ms:.1f}\N{NO-BREAK SPACE}ms" if ms < 10 else f"{ms:.0f}\N{NO-BREAK SPACE}ms"


def time_a_post(time: Time | None) -> str:
    return milliseconds(time.mean_ms if time is not None else None)


def time_told(time: Time | None) -> str:
    """The time of drafts in one sentence; empty where it was not measured."""
    if time is None:
        return ""
    return (
        f"{milliseconds(time.mean_ms)} on average over {counted(time.drafts, 'draft')}, half of them within "
        f"{milliseconds(time.median_ms)}, 95 of 100 within {milliseconds(time.slow_ms)}"
    )


def limit(contestant: Contestant) -> str:
    """The highest writing limit, and on how many days it was used up; empty where it was not admitted."""
    highest, days = contestant.highest_writing_limit, contestant.days_at_limit
    if highest is None:
        return ""
    used = f"used up on {counted(days, 'day')}" if days else "never used up"
    return f"Up to {counted(highest, 'live note')} a day, {used}."


def reasons(found: Reasons, most: int) -> str:
    """ "not about the weather (512), no source found (20), 3 for other reasons"."""
    parts = [
        f"{shortened(inert(reason.text), REASON_SHOWN)} ({count(reason.times)})"
        for reason in found.told[:most]
    ]
    others = sum(reason.times for reason in found.told[most:]) + found.rarer
    if others:
        parts.append(f"{count(others)} for other reasons")
    return ", ".join(parts)


def terms(writers: Iterable[Contestant]) -> str:
    """What was not the same for all of them; empty where all played on the same terms."""
    names = {
        "checks": "draft checks",
        "passes_per_day": "passes a day",
        "minute": "minute of a pass",
        "posts_per_pass": "posts a pass",
        "feed": "feed asked for",
        "language": "language",
    }
    writers = list(writers)
    unlike = [name for field, name in names.items() if len({getattr(w, field) for w in writers}) > 1]
    if not unlike:
        return ""
    return f"The scenario gives these writers unlike terms: {listed(unlike)}."


def verdict(pair: Pair) -> str:
    """Who is ahead, where the difference's interval leaves no doubt of it."""
    if _holds_zero(pair.difference):
        return "not told apart"
    first_ahead = (pair.difference.value > 0) != pair.measure.less_is_better
    return f"{inert(pair.first if first_ahead else pair.second)} is ahead"


def lede(comparison: Comparison) -> str:
    """The comparison in a few sentences, as a report would open."""
    writers = comparison.writers
    admitted = [writer for writer in writers if writer.season.admission.admitted_at_ms is not None]
    sentences = [
        f"{counted(len(writers), 'writer')} were compared over {counted(comparison.posts, 'post')} "
        f"in {counted(comparison.days, 'day')}."
    ]
    if len(admitted) == len(writers):
        sentences.append("All were admitted.")
    elif admitted:
        names = listed([inert(writer.season.name) for writer in admitted])
        sentences.append(f"{names} {'was' if len(admitted) == 1 else 'were'} admitted, the others not.")
    else:
        sentences.append("None was admitted, so no note was rated.")
    if any(total(writer.season.notes) for writer in writers):
        sentences += _helped(comparison)
    return " ".join(sentences)


def _helped(comparison: Comparison) -> Iterator[str]:
    """Who helped most, and whether that says anything."""
    most = max(writer.season.notes.crh for writer in comparison.writers)
    if not most:
        yield "No note of theirs became Helpful."
        return
    best = [inert(writer.season.name) for writer in comparison.writers if writer.season.notes.crh == most]
    each = " each" if len(best) > 1 else ""
    yield f"{listed(best)} put Helpful notes on the most posts: {count(most)}{each}."
    ahead: list[str] = []
    level: list[str] = []
    for pair in comparison.pairs:
        if pair.measure is Measure.POSTS_HELPED and best[0] in (inert(pair.first), inert(pair.second)):
            rival = inert(pair.second if inert(pair.first) == best[0] else pair.first)
            (level if _holds_zero(pair.difference) else ahead).append(rival)
    if ahead:
        yield f"By that measure {best[0]} is ahead of {listed(ahead)}."
    if level:
        yield f"{best[0]} and {listed(level)} cannot be told apart by it on these posts."


def intervals_note(comparison: Comparison) -> str:
    return INTERVALS.format(level=LEVEL, resamples=count(comparison.resampling.resamples))


def _holds_zero(difference: Difference) -> bool:
    return difference.low <= 0 <= difference.high


def _signed(share: float) -> str:
    hundredths = round(100 * share, 1)
    return f"{'+' if hundredths > 0 else '−' if hundredths < 0 else '±'}{abs(hundredths):g}"
