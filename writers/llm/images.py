"""Pictures shown to a model: by address, which the provider fetches, or as bytes that are sent along."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

MEDIA_TYPES: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
MAX_BYTES: Final = 10 * 1024 * 1024
MAX_URL_LENGTH: Final = 2_048


@dataclass(frozen=True, slots=True)
class Image:
    """A picture as it is sent. Made by `Image.at` and `Image.of`."""

    url: str
    """An https address, or a data URL."""
    description: str
    """What an exchange keeps of it: the address, or media type and SHA-256."""

    @classmethod
    def at(cls, url: str) -> Image:
        """The picture at a public https address. Raises ValueError where it is none."""
        parts = urlsplit(url)
        if parts.scheme != "https" or not parts.hostname or parts.username or len(url) > MAX_URL_LENGTH:
            raise ValueError("a picture is named by an https address, without a user name")
        return cls(url, url)

    @classmethod
    def of(cls, content: bytes, media_type: str) -> Image:
        """A picture's own bytes. Raises ValueError for other media types and above 10 MiB."""
        if media_type not in MEDIA_TYPES:
            raise ValueError(f"'{media_type}' is none of {', '.join(sorted(MEDIA_TYPES))}")
        if len(content) > MAX_BYTES:
            raise ValueError(f"a picture of {len(content)} bytes is larger than {MAX_BYTES}")
        encoded = base64.b64encode(content).decode("ascii")
        digest = hashlib.sha256(content).hexdigest()
        return cls(f"data:{media_type};base64,{encoded}", f"{media_type} sha256:{digest}")

    def __repr__(self) -> str:
        return f"Image({self.description!r})"
