"""The stream of posts: each claim made by an author, with media, references, and what readers send in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from harness.world.authors import Accounts, Author
from harness.world.book import PageBook
from harness.world.claims import Claim
from harness.world.demand import Demand
from harness.world.dice import Dice
from harness.world.languages import Language, capital, language
from harness.world.settings import WorldSettings
from harness.world.stream import Moment, feed_sizes, reach
from harness.world.text import Composer
from harness.world.truth import ClaimKind, PostTruth
from harness.world.wire import Draft, Picture, WireWriter, WorldRef
from harness.world.world import WorldPost
from writers.clock import HOUR_MS, MINUTE_MS
from writers.protocol.posts import WireMatchedMediaNote
from writers.protocol.snowflakes import snowflake

_OUTLETS_OWN: Final = 0.4
"""Share of satirical stories that the outlet itself posts, for what they are."""
_SPREAD: Final = 0.08
"""Standard deviation of divisiveness within a topic."""
_ALT_TEXT: Final = 0.75
"""Share of pictures described by their author; the platform's own description stands for the others."""
_MEDIA_TYPES: Final = ("photo", "photo", "photo", "video", "animated_gif")
_NOTHING_WRONG: Final = frozenset({ClaimKind.CORRECT, ClaimKind.OPINION})


@dataclass
class Poster:
    """Turns claims into posts, in order of time."""

    dice: Dice
    book: PageBook
    demand: Demand
    accounts: Accounts
    composer: Composer
    writer: WireWriter
    settings: WorldSettings
    _harmless: defaultdict[str, list[WorldRef]] = field(default_factory=lambda: defaultdict(list))
    """Earlier posts with nothing wrong in them, by what they are about: fit to be quoted."""

    def post_all(self, claims: Sequence[Claim], moments: Sequence[Moment]) -> list[WorldPost]:
        posts = [self._post(claim, moment) for claim, moment in zip(claims, moments, strict=True)]
        wanted = [
            (
                p.truth.reach,
                len(p.wire.note_request_suggestions)
                + sum(s.count for s in p.wire.suggested_source_links_with_counts),
            )
            for p in posts
        ]
        sizes = feed_sizes(self.dice, wanted, self.settings.feeds)
        return [replace(post, feed_size=size) for post, size in zip(posts, sizes, strict=True)]

    def _post(self, claim: Claim, moment: Moment) -> WorldPost:
        told = language(claim.lang)
        own = claim.kind is ClaimKind.SATIRE and self.dice.chance(_OUTLETS_OWN)
        author = self.accounts.satire[claim.lang] if own else self.accounts.draw(claim.lang)
        decisive = tuple(self.book.stating[claim.key]) if claim.key else ()
        if own:
            claim = replace(claim, wrong=None, sentence=claim.headline or claim.sentence)
        draft = (
            Draft(author, told.code, claim.sentence, moment.created_at_ms, link=decisive[0])
            if own
            else self._draft(told, claim, author, moment, decisive)
        )
        expected = reach(self.dice, self.settings.reach)
        reference = self.writer.write(draft, self._sent_in(told, claim, draft, moment, decisive, expected))
        if claim.kind in _NOTHING_WRONG and not draft.quoted:
            self._harmless[claim.about].append(reference)
        return WorldPost(
            wire=reference.wire,
            includes=reference.includes,
            arrived_at_ms=moment.arrived_at_ms,
            feed_size="",
            truth=self._truth(claim, author, decisive, expected),
        )

    def _truth(self, claim: Claim, author: Author, decisive: tuple[str, ...], expected: float) -> PostTruth:
        divisive = getattr(self.settings.topics, claim.topic) + _SPREAD * self.dice.normal()
        return PostTruth(
            kind=claim.kind,
            misleading=claim.false,
            wrong=claim.wrong,
            right_values=claim.right_values,
            decisive_urls=decisive,
            divisiveness=min(1.0, max(0.0, divisive)),
            lean=author.lean,
            reach=expected,
            topic=claim.topic,
            explanation=self.demand.echoes.explain(claim),
        )

    def _draft(
        self, told: Language, claim: Claim, author: Author, moment: Moment, decisive: Sequence[str]
    ) -> Draft:
        dice, style = self.dice, self.settings.style
        draft = Draft(author, told.code, self.composer.around(told, claim), moment.created_at_ms)
        if claim.photo is not None:
            return replace(draft, pictures=(self._picture(told, claim),))
        if claim.kind is not ClaimKind.OPINION:
            if dice.chance(style.claim_in_quote):
                other = replace(
                    draft,
                    author=self.accounts.draw(told.code),
                    created_at_ms=moment.created_at_ms - dice.whole(MINUTE_MS, 20 * HOUR_MS),
                )
                return replace(draft, text=self.composer.reaction(told), quoted=self._earlier(other))
            if dice.chance(style.claim_in_picture):
                seen = Picture("photo", alt_text=claim.sentence)
                return replace(draft, text=self.composer.reaction(told), pictures=(seen,))
        if dice.chance(style.mention):
            draft = replace(draft, text=f"{draft.text} @{self.accounts.draw(told.code).username}")
        if dice.chance(style.media):
            draft = replace(draft, pictures=(Picture(dice.pick(_MEDIA_TYPES)),))
        elif dice.chance(style.link):
            draft = replace(draft, link=self.demand.irrelevant(claim, decisive))
        if dice.chance(style.reply):
            return self._reply(told, draft)
        earlier = [ref for ref in self._harmless[claim.about] if ref.wire.lang == told.code]
        if earlier and dice.chance(style.quote):
            quoted = dice.pick(earlier)
            if quoted.created_at_ms < moment.created_at_ms:
                return replace(draft, quoted=quoted)
        return draft

    def _reply(self, told: Language, draft: Draft) -> Draft:
        asked = Draft(
            author=self.accounts.draw(told.code),
            lang=told.code,
            text=self.composer.question(told),
            created_at_ms=draft.created_at_ms - self.dice.whole(MINUTE_MS, 6 * HOUR_MS),
        )
        return replace(draft, text=f"@{asked.author.username} {draft.text}", replied_to=self._earlier(asked))

    def _earlier(self, draft: Draft) -> WorldRef:
        impressions = int(reach(self.dice, self.settings.reach))
        return self.writer.write(draft, {"public_metrics": self.writer.metrics(impressions)})

    def _picture(self, told: Language, claim: Claim) -> Picture:
        assert claim.photo is not None
        scenes = told.phrases["scenes"]
        subjects, details = (
            scenes[words if self.dice.chance(self.settings.style.described_alike) else f"{words}_seen"]
            for words in ("subjects", "details")
        )
        seen = f"{subjects[claim.photo.subject]}, {details[claim.photo.detail]}"
        if self.dice.chance(_ALT_TEXT):
            return Picture("photo", alt_text=capital(seen))
        return Picture("photo", description=capital(seen))

    def _sent_in(
        self,
        told: Language,
        claim: Claim,
        draft: Draft,
        moment: Moment,
        decisive: Sequence[str],
        expected: float,
    ) -> dict[str, Any]:
        """The fields that readers, the platform and time have filled by the post's arrival in the feed."""
        dice = self.dice
        sources = self.demand.sources(claim, decisive)
        links = [source.url for source in sources]
        requests = self.demand.requests(
            told, claim, links, created_at_ms=moment.created_at_ms, arrived_at_ms=moment.arrived_at_ms
        )
        fields: dict[str, Any] = {
            "public_metrics": self.writer.metrics(int(expected * dice.between(0.1, 0.6))),
            "suggested_source_links": tuple(links),
            "suggested_source_links_with_counts": sources,
            "note_request_suggestions": requests,
        }
        if draft.pictures and dice.chance(self.settings.style.matched_media_note):
            note = snowflake(
                moment.created_at_ms - dice.whole(HOUR_MS, 90 * 24 * HOUR_MS), dice.whole(0, 4_194_303)
            )
            status = "matched_and_shown" if dice.chance(0.3) else "matched_but_not_shown"
            fields["matched_media_notes"] = (WireMatchedMediaNote(note_id=str(note), match_status=status),)
        return fields
