"""The text of each post, all its notes together, as topics are looked for in it, and its words.

Source: twitter/communitynotes 273c895, scoring/src/scoring/topic_model.py (``_prepare_post_text``,
``_filter_url_tokens``, ``custom_tokenizer``).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from scoring.errors import InputError
from scoring.tables.arrays import Int64, Text

NO_POST: Final = -1

_TEXTS_REMEMBERED: Final = 4096
"""Rounds an hour apart look at much the same posts."""

_URL: Final = re.compile(r"https?://[^\s)\]]+")
_URL_WORD: Final = re.compile(r"[a-zA-Z]{4,}")
_LINKS_LEFT_WHOLE: Final = ("help.x.com", "x.com/tos")

_WORD: Final = re.compile(r"(?:https?://)?(?:help\.x\.com|x\.com/tos)(?:/\S+)?|\b\w+")
_ASCII_WORDS: Final = {code: " " for code in range(128) if not (chr(code).isalnum() or chr(code) == "_")}


@dataclass(frozen=True, slots=True)
class PostTexts:
    """One text a post."""

    text: list[str]
    """By ascending post id."""
    of_note: Int64
    """Index of each note's post in ``text``; -1 for a note that has neither post nor text."""


def post_texts(post_id: Int64, summary: Text) -> PostTexts:
    """Join the notes of each post, reduce links to their words, and turn "_" and "/" into blanks.

    ``post_id`` and ``summary`` are by note. Notes whose post is unknown (id -1) stand together as one
    post, as they do in the official run; those without a text are known from the status history alone and
    belong to none. The notes of a post are joined in the order of their texts, so that the order of rows
    plays no part (officially it is the files' order; only a seed term of several words that begins in one
    note and ends in the next can tell the difference).
    """
    if len(post_id) != len(summary):
        raise InputError(
            f"there are {len(post_id)} post ids and {len(summary)} summaries",
            remedy="give one of each a note",
        )
    summaries: list[str] = summary.tolist()
    of_note = np.full(len(post_id), -1, np.int64)
    real = (post_id != NO_POST) | np.fromiter(map(bool, summaries), np.bool_, len(summaries))
    posts, of_note[real] = np.unique(post_id[real], return_inverse=True)
    notes: list[list[str]] = [[] for _ in posts]
    for post, text in zip(of_note.tolist(), summaries, strict=True):
        if post >= 0:
            notes[post].append(text)
    return PostTexts([_prepared(" ".join(sorted(texts))) for texts in notes], of_note)


def words(text: str) -> list[str]:
    """The words of a post's text in order: runs of letters and digits, without accents, in lower case.

    Links to X's help pages are one word each.
    """
    if text.isascii():
        text = text.lower()
        # Splitting at blanks finds the same words several times faster.
        if "x.com" not in text:
            return text.translate(_ASCII_WORDS).split()
    else:
        text = _without_accents(text.lower())
        # Letters such as 𝐀 show that they are capitals only now.
        lower = text.lower()
        text = text if lower == text else _without_accents(lower)
    return _WORD.findall(text)


@lru_cache(maxsize=_TEXTS_REMEMBERED)
def _prepared(text: str) -> str:
    if "http" in text:
        text = _URL.sub(_url_words, text)
    return text.replace("_", " ").replace("/", " ")


def _url_words(url: re.Match[str]) -> str:
    """A link's longer words only: what its parameters abbreviate would pass for seed terms."""
    link = url[0]
    if "x.com" in link and any(whole in link for whole in _LINKS_LEFT_WHOLE):
        return link
    return " ".join(_URL_WORD.findall(link))


def _without_accents(text: str) -> str:
    text = unicodedata.normalize("NFKD", text)
    accents = filter(unicodedata.combining, set(text))
    return text.translate(dict.fromkeys(map(ord, accents)))
