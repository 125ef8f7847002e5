"""A page of the feed taken apart: each post with what it refers to, so that it can stand alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from harness.feeds.lines import ERRORS, INCLUDES, RECORDED_AT
from writers.protocol.posts import RawFeedPage

_KEYS: Final = ("id", "media_key", "username")
"""By what an included object may be referred to. Handles are compared without regard to case."""


def posts_of(page: RawFeedPage, *, now_ms: int) -> Iterator[dict[str, Any]]:
    """Each post of the page as the values of a recorded line. Nothing of the page is lost.

    An included object goes with every post that names it by id, media key or handle, wherever in the post or
    in what the post includes. What nothing on the page names may belong to any post and goes with each.
    """
    shelf = _Shelf(page)
    named = [shelf.named_in(post) for post in page.data]
    nobodys = set(range(len(shelf.objects))).difference(*named)
    told = {
        error for post, found in zip(page.data, named, strict=True) for error in shelf.errors(post, found)
    }
    for post, found in zip(page.data, named, strict=True):
        line = {**post, RECORDED_AT: now_ms}
        if includes := shelf.included(found | nobodys):
            line[INCLUDES] = includes
        errors = shelf.errors(post, found)
        if about := [e for i, e in enumerate(page.errors) if i in errors or i not in told]:
            line[ERRORS] = about
        yield line


class _Shelf:
    """What a page includes, found by name."""

    def __init__(self, page: RawFeedPage) -> None:
        self.objects = [(kind, item) for kind, items in page.includes.items() for item in items]
        self._errors = page.errors
        self._by_name: dict[str, list[int]] = {}
        for index, (_, item) in enumerate(self.objects):
            for key in _KEYS:
                if isinstance(name := item.get(key), str):
                    self._by_name.setdefault(name.casefold(), []).append(index)

    def named_in(self, post: Mapping[str, Any]) -> set[int]:
        """Indexes of the objects that a post names, and of those that these name."""
        found: set[int] = set()
        waiting: list[Any] = [post]
        while waiting:
            for text in _texts(waiting.pop()):
                for index in self._by_name.get(text.casefold(), ()):
                    if index not in found:
                        found.add(index)
                        waiting.append(self.objects[index][1])
        return found

    def errors(self, post: Mapping[str, Any], found: set[int]) -> set[int]:
        """Indexes of the page's errors about something that a post or its included objects name."""
        if not self._errors:
            return set()
        names = {text for item in (post, *(self.objects[i][1] for i in found)) for text in _texts(item)}
        return {
            index
            for index, error in enumerate(self._errors)
            if names.intersection(str(error[key]) for key in ("value", "resource_id") if key in error)
        }

    def included(self, indexes: set[int]) -> dict[str, list[Mapping[str, Any]]]:
        includes: dict[str, list[Mapping[str, Any]]] = {}
        for index in sorted(indexes):
            kind, item = self.objects[index]
            includes.setdefault(kind, []).append(item)
        return includes


def _texts(value: object) -> Iterator[str]:
    """Every text that is a whole value, however deep."""
    waiting = [value]
    while waiting:
        match waiting.pop():
            case str() as text:
                yield text
            case Mapping() as table:
                waiting += table.values()
            case Sequence() as items:
                waiting += items
            case _:
                pass
