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
    """Models as `settings` and the keys of `environment` say. Raises ModelSettingsError where they cannot be
    used.
    """

    def __init__(
        self, settings: ModelSettings, environment: Mapping[str, str], *, season: Clock, real: Clock
    ) -> None:
        choices(settings, environment)
        self._settings = settings
        self._environment = dict(environment)
        self._season = season
        self._real = real

    def desk(self, log: ExchangeLog) -> ModelDesk:
        """The models of one pass, with a pass's budget; an async context manager."""
        live = LiveModels(self._settings, self._environment, clock=self._real)
        source = _InRealTime(live, self._season, self._real)
        return ModelDesk(source, repairs=self._settings.repairs, clock=self._real, logs=[log])


@dataclass(frozen=True, slots=True)
class _InRealTime:
    """A source of answers whose deadlines are told on the season's clock."""

    source: Source
    season: Clock
    real: Clock

    def open_post(self, post_id: int, *, deadline_ms: int) -> PostSource:
        left_ms = deadline_ms - self.season.now_ms()
        return self.source.open_post(post_id, deadline_ms=self.real.now_ms() + left_ms)

    async def close(self) -> None:
        await self.source.close()
