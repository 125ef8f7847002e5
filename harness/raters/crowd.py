"""The crowd: a seeded population whose ratings follow from viewpoint, leniency, activity and attention.

The generative model is that of matrix factorization, in logits: a note is found helpful for its quality and
for the product of its slant with the rater's viewpoint. Attention to a note grows with its post's reach and
halves with the age of the post. Parameters and their sources: `crowd.toml`. Everything is drawn in arrays;
an hour of a season costs a fraction of a millisecond beyond its ratings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from harness.raters.merit import Merit, judge
from harness.raters.parameters import CrowdParameters, TagRate, default_parameters, read_parameters
from harness.raters.protocol import NewRatings, Population, RatableNote
from scoring.tables import HelpfulnessLevel, HelpfulTag, NotHelpfulTag
from writers.clock import HOUR_MS
from writers.errors import UserError
from writers.protocol.notes import Status

Floats = NDArray[np.float64]

FULL_OPPOSITION: Final = 0.25
"""Viewpoint times slant at which a rater and a note stand fully against each other: two camps, mid to mid."""

_FIRST_ROOM: Final = 256
_BITS: Final = 8


class Crowd:
    """Raters drawn from `crowd.toml`; options: `parameters`, a file of the user's own in its place."""

    name = "crowd"

    def __init__(self, *, size: int, seed: np.random.SeedSequence, parameters: str | None = None) -> None:
        if size < 1:
            raise UserError(f"a crowd of {size} raters cannot rate; ask for at least 1")
        self.parameters = read_parameters(Path(parameters)) if parameters else default_parameters()
        people, notes, ratings = (np.random.default_rng(child) for child in seed.spawn(3))
        self._notes_rng, self._ratings_rng = notes, ratings
        self.viewpoint, self.leniency, self.activity, groups = draw_people(self.parameters, size, people)
        self._activity_sum = np.cumsum(self.activity / self.activity.sum())
        self.population = Population(groups)
        self._helpful = _Tags(self.parameters.tags.helpful, HelpfulTag)
        self._not_helpful = _Tags(self.parameters.tags.not_helpful, NotHelpfulTag)
        self._notes = _Notes(size, len(self._helpful), len(self._not_helpful))

    def meet(self, notes: Sequence[RatableNote]) -> None:
        if not notes:
            return
        attention, rating = self.parameters.attention, self.parameters.rating
        luck = self._notes_rng.lognormal(
            -(attention.log_luck_spread**2) / 2, attention.log_luck_spread, len(notes)
        )
        taste = self._notes_rng.normal(0.0, rating.taste_spread, len(notes))
        reach = np.array([max(note.reach, 1.0) for note in notes])
        lifetime = len(self.population) * attention.share_of_raters
        draw = lifetime * (reach / attention.reference_reach) ** attention.elasticity * luck
        merits = [judge(note.reading, note.matter, self.parameters.merit) for note in notes]
        self._notes.add(
            [
                (
                    note.note_id,
                    note.created_at_ms,
                    note.post_created_at_ms,
                    draw[i],
                    merits[i].quality + taste[i],
                    merits[i].slant,
                    False,
                    self._helpful.of(merits[i]),
                    self._not_helpful.of(merits[i]),
                )
                for i, note in enumerate(notes)
            ],
            [note.author for note in notes],
        )

    def told(self, statuses: Mapping[int, Status]) -> None:
        for note_id, status in statuses.items():
            row = self._notes.row_of.get(note_id)
            if row is not None:
                self._notes.rows["shown"][row] = status is Status.CRH

    async def rate(self, start_ms: int, end_ms: int) -> NewRatings:
        rows, opened_ms, expected = self._attention(start_ms, end_ms)
        counts = self._ratings_rng.poisson(expected)
        note = np.repeat(rows, counts)
        rater = np.searchsorted(self._activity_sum, self._ratings_rng.random(len(note)), side="right")
        rater = np.minimum(rater, len(self.population) - 1)
        opened = np.repeat(opened_ms, counts)
        at_ms = opened + ((end_ms - opened) * self._ratings_rng.random(len(note))).astype(np.int64)
        order = np.argsort(at_ms, kind="stable")
        note, rater, at_ms = note[order], rater[order], at_ms[order]
        fresh = self._notes.mark_rated(note, rater)
        return self._fill_in(note[fresh], rater[fresh], at_ms[fresh])

    def _attention(self, start_ms: int, end_ms: int) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
        """Rows of the notes that can be rated, since when this hour, and how many ratings each can expect."""
        attention, notes = self.parameters.attention, self._notes.rows
        rows = self._notes.open_rows(start_ms - round(attention.window_hours * HOUR_MS))
        rows = rows[notes["created_ms"][rows] < end_ms]
        opened = np.maximum(notes["created_ms"][rows], start_ms)
        posted = notes["post_created_ms"][rows]
        half_life_ms = attention.half_life_hours * HOUR_MS
        seen = np.exp2(-(opened - posted) / half_life_ms) - np.exp2(-(end_ms - posted) / half_life_ms)
        boost = np.where(notes["shown"][rows], attention.shown_factor, 1.0)
        return rows, opened, notes["draw"][rows] * seen * boost

    def _fill_in(
        self, note: NDArray[np.int64], rater: NDArray[np.int64], at_ms: NDArray[np.int64]
    ) -> NewRatings:
        """Level and tags of each rating."""
        rng, notes, rating = self._ratings_rng, self._notes.rows, self.parameters.rating
        side = self.viewpoint[rater] * notes["slant"][note]
        latent = (
            self.leniency[rater]
            + notes["quality"][note]
            + rating.agreement * side
            + rng.logistic(0.0, 1.0, len(note))
        )
        level = np.full(len(note), HelpfulnessLevel.SOMEWHAT_HELPFUL, np.uint8)
        level[latent > rating.half_width] = HelpfulnessLevel.HELPFUL
        level[latent < -rating.half_width] = HelpfulnessLevel.NOT_HELPFUL
        opposition = np.clip(-side / FULL_OPPOSITION, 0.0, 1.0)
        somewhat = self.parameters.tags.somewhat
        helpful = np.array([0.0, somewhat.helpful, 1.0])[level]
        not_helpful = np.array([1.0, somewhat.not_helpful, 0.0])[level]
        return NewRatings(
            note_id=notes["note_id"][note],
            rater=rater.astype(np.int32),
            created_at_ms=at_ms,
            level=level,
            helpful_tags=self._helpful.draw(notes["helpful_rates"][note], opposition, helpful, rng),
            not_helpful_tags=self._not_helpful.draw(
                notes["not_helpful_rates"][note], opposition, not_helpful, rng
            ),
        )


def draw_people(
    parameters: CrowdParameters, size: int, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats, NDArray[np.int16]]:
    """Viewpoint, leniency, activity (any scale) and modeling group of each rater."""
    components = parameters.viewpoints
    which = rng.choice(len(components), size, p=[component.share for component in components])
    viewpoint = rng.normal(
        np.array([component.mean for component in components])[which],
        np.array([component.spread for component in components])[which],
    )
    leniency = rng.normal(0.0, parameters.rating.leniency_spread, size)
    activity = rng.lognormal(0.0, parameters.activity.log_spread, size)
    groups = rng.choice(np.array(list(parameters.groups), np.int16), size, p=list(parameters.groups.values()))
    return viewpoint, leniency, activity, groups


class _Tags:
    """How often each tag of one kind is set."""

    def __init__(self, rates: Mapping[str, TagRate], kind: type[HelpfulTag] | type[NotHelpfulTag]) -> None:
        self._rates = tuple(rates.values())
        self._bits = np.array([kind[name].value for name in rates], np.uint16)
        self._opposed = np.array([rate.opposed for rate in self._rates], np.float32)

    def __len__(self) -> int:
        return len(self._rates)

    def of(self, merit: Merit) -> list[float]:
        """Each tag's rate on a note, before rater and level."""
        return [rate.low + (rate.high - rate.low) * merit.trait(rate.trait) for rate in self._rates]

    def draw(
        self, base: NDArray[np.float32], opposition: Floats, share: Floats, rng: np.random.Generator
    ) -> NDArray[np.uint16]:
        """The tags of each rating as bits; `base` (ratings, tags), the others one value a rating."""
        chance = (base + np.outer(opposition.astype(np.float32), self._opposed)) * share[:, None].astype(
            np.float32
        )
        chosen = rng.random(chance.shape, np.float32) < chance
        bits: NDArray[np.uint16] = (chosen * self._bits).sum(axis=1, dtype=np.uint16)
        return bits


class _Notes:
    """What the crowd knows of each note, one row a note; who rated it is one bit a rater."""

    def __init__(self, raters: int, helpful_tags: int, not_helpful_tags: int) -> None:
        self._dtype = np.dtype(
            [
                ("note_id", np.int64),
                ("created_ms", np.int64),
                ("post_created_ms", np.int64),
                ("draw", np.float64),
                ("quality", np.float64),
                ("slant", np.float64),
                ("shown", np.bool_),
                ("helpful_rates", np.float32, (helpful_tags,)),
                ("not_helpful_rates", np.float32, (not_helpful_tags,)),
                ("rated", np.uint8, (-(-raters // _BITS),)),
            ]
        )
        self.rows = np.zeros(0, self._dtype)
        self.row_of: dict[int, int] = {}
        self._open = np.zeros(0, np.int64)

    def add(self, rows: Sequence[tuple[Any, ...]], authors: Sequence[int | None]) -> None:
        """Append notes; `rows` hold every column but `rated`."""
        first = len(self.row_of)
        if first + len(rows) > len(self.rows):
            room = np.zeros(max(_FIRST_ROOM, len(self.rows), len(rows)), self._dtype)
            self.rows = np.concatenate([self.rows, room])
        for row, (values, author) in enumerate(zip(rows, authors, strict=True), start=first):
            for name, value in zip(self._dtype.names or (), values, strict=False):
                self.rows[name][row] = value
            self.row_of[values[0]] = row
            if author is not None:
                self.rows["rated"][row, author // _BITS] |= 1 << author % _BITS
        self._open = np.concatenate([self._open, np.arange(first, first + len(rows))])

    def open_rows(self, oldest_post_ms: int) -> NDArray[np.int64]:
        """Rows of the notes whose posts people still look at; notes on older posts are closed for good."""
        self._open = self._open[self.rows["post_created_ms"][self._open] >= oldest_post_ms]
        return self._open

    def mark_rated(self, note: NDArray[np.int64], rater: NDArray[np.int64]) -> NDArray[np.int64]:
        """Which of these pairs, in order, are a rater's first on a note; they are so no more afterwards."""
        byte, bit = rater // _BITS, (1 << rater % _BITS).astype(np.uint8)
        rated = self.rows["rated"]
        fresh = np.flatnonzero((rated[note, byte] & bit) == 0)
        _, first = np.unique(np.stack([note[fresh], rater[fresh]]), axis=1, return_index=True)
        fresh = fresh[np.sort(first)]
        np.bitwise_or.at(rated, (note[fresh], byte[fresh]), bit[fresh])
        return fresh
