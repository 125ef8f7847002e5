"""Builds a whole world from one seed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from harness.world.authors import Accounts
from harness.world.book import PageBook
from harness.world.catalogue import catalogue
from harness.world.claim_pages import Echoes
from harness.world.claims import Claims
from harness.world.country import found_country
from harness.world.demand import Demand
from harness.world.dice import Dice, streams
from harness.world.facts import establish_facts
from harness.world.pages import Publisher
from harness.world.posts import Poster
from harness.world.settings import WorldSettings, default_settings
from harness.world.sites import found_press
from harness.world.stream import moments
from harness.world.text import Composer
from harness.world.truth import ClaimKind
from harness.world.wire import WireWriter
from harness.world.wording import Wording
from harness.world.world import World


def build_world(
    seed: int,
    *,
    start_ms: int,
    days: int = 30,
    posts_per_day: int = 120,
    settings: WorldSettings | None = None,
) -> World:
    """A country, its web, and `days × posts_per_day` posts from `start_ms` on. Same arguments, same world.

    Raises ValueError where there would be no post.
    """
    if days < 1 or posts_per_day < 1:
        raise ValueError(f"a world needs at least one day and one post a day, not {days} and {posts_per_day}")
    settings = settings or default_settings()
    number = days * posts_per_day
    today = datetime.fromtimestamp(start_ms / 1000, UTC).date()
    dice = streams(
        seed, "country", "facts", "press", "pages", "claims", "echoes", "time", "accounts", "posts"
    )

    rows = catalogue()
    country = found_country(dice["country"], rows, number)
    facts = establish_facts(
        dice["facts"],
        country,
        rows,
        today=today,
        years=settings.web.years,
        photos=rows.counts["photo"].at(number),
    )
    press = found_press(dice["press"], country)
    wording = Wording(country, rows, facts)
    book = PageBook(start_ms)
    Publisher(dice["pages"], book, wording, press, settings.web, settings.languages).publish()

    drawn = Claims(dice["claims"], wording, settings)
    claims = [drawn.draw(kind) for kind in _kinds(dice["claims"], settings, number)]
    echoes = Echoes(dice["echoes"], book, wording, press, settings.web, today)
    echoes.publish(claims)

    writer = WireWriter(dice["posts"], press.short_links, press.images)
    poster = Poster(
        dice=dice["posts"],
        book=book,
        demand=Demand(dice["posts"], book, echoes, settings),
        accounts=Accounts(dice["accounts"], press, number, start_ms),
        composer=Composer(dice["posts"], settings.style, press.unreliable["en"][0].host),
        writer=writer,
        settings=settings,
    )
    times = moments(dice["time"], settings.rhythm, start_ms=start_ms, days=days, posts=number)
    posts = poster.post_all(claims, times)
    for short, target in writer.shared.items():
        book.pages[short] = replace(
            book.pages[target], url=short, paragraphs=(), rows=(), related=(), status=301, redirect_to=target
        )
    return World(country.name, tuple(posts), book.pages)


def _kinds(dice: Dice, settings: WorldSettings, number: int) -> list[ClaimKind]:
    """Kinds in the settings' shares, as near as whole posts allow, in random order."""
    total = sum(settings.kinds.values())
    exact = {kind: number * share / total for kind, share in settings.kinds.items()}
    counts = {kind: int(share) for kind, share in exact.items()}
    short = number - sum(counts.values())
    for kind in sorted(exact, key=lambda kind: (counts[kind] - exact[kind], kind))[:short]:
        counts[kind] += 1
    return dice.sample([kind for kind, count in counts.items() for _ in range(count)], number)
