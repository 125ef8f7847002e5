from __future__ import annotations

import pytest

from tests.writers.desks import desk
from writers.builtin.checks import EmojiCheck, HashtagCheck
from writers.plugin import Draft
from writers.protocol.posts import Post

POST = Post(id=1, text="", created_at_ms=0)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ranked #1 of 12, C# and &#39; stay", []),
        ("https://x.example/#part and https://x.example/a#Top", []),
        ("It is #Fake and #fake2, #港 too", ["#Fake", "#fake2", "#港"]),
        ("＃偽 full width", ["＃偽"]),
        ("#a #a", ["#a"]),
    ],
)
def test_hashtags_are_named_once_each(text: str, found: list[str]) -> None:
    complaints = HashtagCheck().complaints(Draft(text, ()), POST, desk())
    assert [complaint.split(" ")[5].rstrip(":") for complaint in complaints] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("50 % of 3 × 4 → 12 © ™ ® № ½ ° • – 〒 ㊗ ☐ #1 *", None),
        ("https://x.example/😀", None),
        ("It is 😀 so", "😀"),
        ("flags 🇩🇪🇫🇷", "🇩🇪 🇫🇷"),
        ("a family 👨‍👩‍👧 and 👍🏽", "👨‍👩‍👧 👍🏽"),
        ("keycap 1️⃣, check ✅, heart ❤️", "1️⃣ ✅ ❤️"),
    ],
)
def test_emoji_are_what_is_drawn_as_a_picture(text: str, found: str | None) -> None:
    complaints = EmojiCheck().complaints(Draft(text, ()), POST, desk())
    assert complaints == ([f"The note has the emoji {found}: leave it out."] if found else [])
