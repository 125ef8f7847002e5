"""The text of a post around its claim: openings, comments, emoji, tags, and orders to machines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from harness.world.claims import Claim
from harness.world.dice import Dice
from harness.world.languages import Language
from harness.world.names import slug
from harness.world.settings import Style

SHOWN_CHARACTERS: Final = 280
"""Longer posts carry their full text in `note_tweet`."""

_EMOJI: Final = ("🚨", "😂", "🤔", "🔥", "👀", "💀", "🙄", "😡", "❤️", "👏", "🤡", "📉", "📈", "🧵", "😳")
_INVISIBLE: Final = ("\u200b", "\u202e", "\u2066")


@dataclass(frozen=True, slots=True)
class Composer:
    """Writes posts."""

    dice: Dice
    style: Style
    host: str
    """Where hostile texts point."""

    def around(self, told: Language, claim: Claim) -> str:
        """The claim as a post of its own."""
        dice, style, phrases = self.dice, self.style, told.phrases["post"]
        joint = dice.pick((" ", "\n\n", " "))
        sentence = claim.sentence + dice.pick((".", "!", ".", "", " …"))
        if dice.chance(0.06):
            sentence = sentence.upper()
        parts = [sentence]
        if dice.chance(style.hook):
            parts.insert(0, dice.pick(phrases["hooks"]))
        if dice.chance(style.long):
            parts += dice.sample(phrases["long"], dice.whole(2, 4))
            joint = "\n\n"
        if dice.chance(style.tail):
            parts.append(dice.pick(phrases["tails"]))
        return self._decorated(told, claim, parts, joint)

    def reaction(self, told: Language) -> str:
        """A post that only reacts to what it quotes or shows."""
        text: str = self.dice.pick(told.phrases["post"]["thin"])
        return f"{text} {self.dice.pick(_EMOJI)}" if self.dice.chance(0.3) else text

    def question(self, told: Language) -> str:
        """A post that others reply to."""
        return str(self.dice.pick(told.phrases["post"]["replies"]))

    def _decorated(self, told: Language, claim: Claim, parts: list[str], joint: str) -> str:
        dice, style = self.dice, self.style
        if dice.chance(style.emoji):
            emoji = dice.pick(_EMOJI) * dice.whole(1, 2)
            place = 0 if dice.chance(0.5) else len(parts) - 1
            parts[place] = f"{emoji} {parts[place]}" if place == 0 else f"{parts[place]} {emoji}"
        if dice.chance(style.hostile):
            hostile = dice.pick(told.phrases["hostile"]["texts"]).format(host=self.host)
            parts.append(hostile + dice.pick(("", *_INVISIBLE)))
        text = joint.join(parts)
        if dice.chance(style.hashtag):
            text += " #" + slug(claim.name).replace("-", "").capitalize()
        return text


def shown(text: str) -> str:
    """What stands in a post's `text` where the whole is in `note_tweet`: cut at a word, with an ellipsis."""
    if len(text) <= SHOWN_CHARACTERS:
        return text
    cut = text[: SHOWN_CHARACTERS - 1]
    return (cut[: cut.rfind(" ")] if " " in cut else cut).rstrip() + "…"
