"""The plain style of notes: no hashtags, no emoji. A pass that wants them leaves these checks out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import regex

from writers.builtin.checks.wording import prose
from writers.plugin import Desk, Draft
from writers.protocol.posts import Post

_HASHTAG: Final = regex.compile(r"(?<![\w&/])[#＃](?=[\w]*[^\W\d])\w+")
"""As X links them: a number sign before letters; `#1` is a rank, and `&#39;` a character."""

_EMOJI: Final = regex.compile(
    r"(?:\p{Regional_Indicator}{2}|[0-9#*]\ufe0f?\u20e3"
    r"|\p{Emoji_Presentation}|\p{Extended_Pictographic}\ufe0f)"
    r"(?:\p{Emoji_Modifier}|\ufe0f|\u200d\p{Extended_Pictographic})*"
)
"""What is drawn as a picture (Unicode Technical Standard #51); ©, ™ and → are text as they stand."""


class HashtagCheck:
    """No hashtags: a note informs and does not campaign."""

    name = "no_hashtags"

    def complaints(self, draft: Draft, post: Post, desk: Desk) -> Sequence[str]:
        found = dict.fromkeys(_HASHTAG.findall(prose(draft.text)))
        return [f"The note has the hashtag {hashtag}: write the word." for hashtag in found]


class EmojiCheck:
    """No emoji."""

    name = "no_emoji"

    def complaints(self, draft: Draft, post: Post, desk: Desk) -> Sequence[str]:
        found = dict.fromkeys(match.group() for match in _EMOJI.finditer(prose(draft.text)))
        return [f"The note has the emoji {' '.join(found)}: leave it out."] if found else []
