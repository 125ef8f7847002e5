"""The sample world as a season's posts: their truth is known, and the web they speak of is there."""

from __future__ import annotations

from harness.admission.links import WebLinks
from harness.raters.merit import Matter, Source
from harness.simulation.post_source import PostSource, SeasonPost
from harness.simulation.scenario import Scenario
from harness.world import WorldPost, build_world
from writers.clock import DAY_MS, Clock

LINK_CHECKS = "the sample world's own web"


def world_source(scenario: Scenario, seed: int, clock: Clock) -> PostSource:
    """A sample world large enough for warm-up and season."""
    world = build_world(
        seed,
        start_ms=scenario.warm_up_start_ms,
        days=(scenario.end_ms - scenario.warm_up_start_ms) // DAY_MS,
        posts_per_day=scenario.posts.per_day,
    )

    async def lead(url: str) -> tuple[str, Source]:
        page = world.page(url)
        return (
            (page.url, Source(page.kind.value)) if page is not None and page.alive else (url, Source.NOWHERE)
        )

    return PostSource(
        posts=[_season_post(post) for post in world.posts],
        web=world.transport(),
        links=WebLinks(world.transport(), clock=clock, source=LINK_CHECKS),
        lead=lead,
        documents=list(world.documents()),
    )


def _season_post(post: WorldPost) -> SeasonPost:
    truth = post.truth
    created_at = post.wire.created_at
    return SeasonPost(
        wire=post.wire,
        includes=post.includes,
        arrived_at_ms=post.arrived_at_ms,
        feed_size=post.feed_size,
        reach=truth.reach,
        seen_from_ms=int(created_at.timestamp() * 1000) if created_at else post.arrived_at_ms,
        matter=Matter(
            wanted=float(truth.misleading),
            lean=truth.lean,
            divisiveness=truth.divisiveness,
            right_values=truth.right_values,
            decisive_urls=frozenset(truth.decisive_urls),
        ),
        truth=truth,
    )
