"""When posts come, how far they reach, and which feed they stand in."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import exp, log

from harness.world.dice import Dice
from harness.world.settings import FeedSize, Reach, Rhythm
from writers.clock import DAY_MS, HOUR_MS, MINUTE_MS


@dataclass(frozen=True, slots=True)
class Moment:
    """When a post was written and when it became eligible for notes, epoch milliseconds."""

    created_at_ms: int
    arrived_at_ms: int


def moments(dice: Dice, rhythm: Rhythm, *, start_ms: int, days: int, posts: int) -> list[Moment]:
    """Arrivals over the days with a time-of-day rhythm, in order of time; all different."""
    sums = list(accumulate(rhythm.hours))
    arrivals: set[int] = set()
    for number in range(posts):
        day = number * days // posts
        while True:
            of_day = bisect_right(sums, dice.uniform() * sums[-1])
            hour = (of_day - (start_ms // HOUR_MS) % 24) % 24
            at = start_ms + day * DAY_MS + hour * HOUR_MS + dice.whole(0, HOUR_MS - 1)
            if at not in arrivals:
                arrivals.add(at)
                break
    mean_ms = rhythm.hours_to_feed * HOUR_MS
    return [Moment(at - int(dice.exponential(mean_ms)) - MINUTE_MS, at) for at in sorted(arrivals)]


def reach(dice: Dice, settings: Reach) -> float:
    """Impressions over a post's life: lognormal, with a Pareto tail for what goes viral."""
    body = settings.median * exp(settings.sigma * dice.normal())
    return body * dice.pareto(settings.tail_shape) if dice.chance(settings.tail_share) else body


def feed_sizes(dice: Dice, demand: Sequence[tuple[float, int]], feeds: Mapping[FeedSize, float]) -> list[str]:
    """The smallest feed each post stands in, from its reach and its number of requests.

    Feeds are nested: the first holds the posts most asked for, each next one holds more.
    """
    scores = [log(reach) + 0.8 * log(1 + requests) + 0.6 * dice.normal() for reach, requests in demand]
    order = sorted(range(len(scores)), key=lambda index: (-scores[index], index))
    sizes = [""] * len(scores)
    total, bounds, upper = sum(feeds.values()), [], 0.0
    for name, share in feeds.items():
        upper += share / total
        bounds.append((upper * len(order), name))
    for rank, index in enumerate(order):
        sizes[index] = next((name for bound, name in bounds if rank < bound), bounds[-1][1])
    return sizes
