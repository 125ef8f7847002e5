"""Language models for the writers of a season: real endpoints, which answer in real time.

A season's clock stands still while a writer drafts, and a model's answer takes seconds all the same: what is
left of the time for a post is therefore counted on a real clock from the moment the draft begins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from writers.clock import Clock
from writers.llm import ExchangeLog, ModelDesk, ModelSettings
from writers.llm.desk import PostSource, Source
from writers.llm.live import LiveModels
from writers.llm.settings import choices


class SeasonModels:
    """The models of `settings`, with the keys of `environment`; their answers take time on `clock`.

    Raises ModelSettingsError where they cannot be used.
    """

    def __init__(self, settings: ModelSettings, environment: Mapping[str, str], clock: Clock) -> None:
        choices(settings, environment)
        self._settings = settings
        self._environment = dict(environment)
        self._clock = clock

    def desk(self, log: ExchangeLog, *, season: Clock) -> ModelDesk:
        """The models of one pass, with a pass's budget; an async context manager."""
        live = LiveModels(self._settings, self._environment, clock=self._clock)
        source = _InRealTime(live, season, self._clock)
        return ModelDesk(source, repairs=self._settings.repairs, clock=self._clock, logs=[log])


@dataclass(frozen=True, slots=True)
class _InRealTime:
    """A source of answers whose deadlines are told on the season's clock."""

    source: Source
    season: Clock
    clock: Clock

    def open_post(self, post_id: int, *, deadline_ms: int) -> PostSource:
        left_ms = deadline_ms - self.season.now_ms()
        return self.source.open_post(post_id, deadline_ms=self.clock.now_ms() + left_ms)

    async def close(self) -> None:
        await self.source.close()
