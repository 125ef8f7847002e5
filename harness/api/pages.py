"""Pages of posts, put together from parts rendered once, and kept as long as they stay true."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from harness.api import paging
from harness.api.fields import Fragment, Selection, render
from harness.store import FeedEntry, Store
from writers.protocol.post_selection import FeedSize

KEPT_SELECTIONS: Final = 8
KEPT_FRAGMENTS: Final = 5_000
"""For each selection; at about one kilobyte each, what is kept stays below 40 MB."""
KEPT_PAGES: Final = 256
"""A page of 100 posts has about 64 kB, so these stay below 20 MB."""


class View(NamedTuple):
    """Which part of the feed a request asks for."""

    sizes: tuple[FeedSize, ...]
    lang: str
    start: paging.Position | None
    limit: int


@dataclass(frozen=True, slots=True)
class Page:
    """The body of a page, and for how long it is the right one."""

    body: bytes
    has_matched_media_notes: bool
    newest_version: int
    """Of the posts it was made from."""
    from_ms: int
    until_ms: float
    """From here on a post joins the feed, or one of the page's leaves it."""

    def right(self, newest_version: int, now_ms: int) -> bool:
        return self.newest_version == newest_version and self.from_ms <= now_ms < self.until_ms


class Pages:
    """Renders pages. A fragment belongs to one version of a post, so what is kept stays true."""

    def __init__(self, store: Store, *, window_ms: int) -> None:
        """`window_ms`: how long a post stays in the feed."""
        self._store = store
        self._window_ms = window_ms
        self._fragments: OrderedDict[Selection, dict[int, Fragment]] = OrderedDict()
        self._pages: OrderedDict[tuple[View, Selection], Page] = OrderedDict()

    def page(self, view: View, selection: Selection, now_ms: int) -> Page:
        """The page as it is at `now_ms`."""
        # Read first: where posts are stored meanwhile, the page is made again next time.
        newest_version = self._store.newest_version()
        kept = self._pages.get((view, selection))
        if kept is not None and kept.right(newest_version, now_ms):
            self._pages.move_to_end((view, selection))
            return kept
        page = self._pages[view, selection] = self._made(view, selection, newest_version, now_ms)
        if len(self._pages) > KEPT_PAGES:
            self._pages.popitem(last=False)
        return page

    def _made(self, view: View, selection: Selection, newest_version: int, now_ms: int) -> Page:
        next_arrival_ms = self._store.next_arrival_ms(now_ms)
        entries = self._store.feed(
            now_ms=now_ms,
            since_ms=now_ms - self._window_ms,
            sizes=view.sizes,
            lang=view.lang,
            start=view.start,
            limit=view.limit + 1,
        )
        shown, rest = entries[: view.limit], entries[view.limit :]
        fragments = self._fragments_of(shown, selection)
        following = paging.Position(rest[0].arrived_at_ms, rest[0].post_id) if rest else None
        changes = [entries[-1].arrived_at_ms + self._window_ms] if entries else []
        if next_arrival_ms is not None:
            changes.append(next_arrival_ms)
        return Page(
            body=page_json(fragments, following).encode(),
            has_matched_media_notes=any(fragment.has_matched_media_notes for fragment in fragments),
            newest_version=newest_version,
            from_ms=now_ms,
            until_ms=min(changes, default=float("inf")),
        )

    def _fragments_of(self, entries: Sequence[FeedEntry], selection: Selection) -> list[Fragment]:
        """The entries' fragments in order; a post replaced since the entries were read is left out."""
        kept = self._fragments.setdefault(selection, {})
        self._fragments.move_to_end(selection)
        if len(self._fragments) > KEPT_SELECTIONS:
            self._fragments.popitem(last=False)
        missing = [entry.version for entry in entries if entry.version not in kept]
        if missing:
            if len(kept) + len(missing) > KEPT_FRAGMENTS:
                kept.clear()
                missing = [entry.version for entry in entries]
            for version, post in self._store.stored_posts(missing).items():
                kept[version] = render(post, selection)
        return [kept[entry.version] for entry in entries if entry.version in kept]


def page_json(fragments: Sequence[Fragment], next_position: paging.Position | None) -> str:
    """The body of a page of posts. An empty page has no `data`, the last page no `next_token`."""
    includes: dict[str, dict[str, str]] = {}
    for fragment in fragments:
        for kind, key, text in fragment.includes:
            includes.setdefault(kind, {})[key] = text
    parts = []
    if fragments:
        parts.append(f'"data":[{",".join(fragment.data for fragment in fragments)}]')
    if includes:
        kinds = (f'"{kind}":[{",".join(items.values())}]' for kind, items in includes.items())
        parts.append(f'"includes":{{{",".join(kinds)}}}')
    errors = dict.fromkeys(error for fragment in fragments for error in fragment.errors)
    if errors:
        parts.append(f'"errors":[{",".join(errors)}]')
    token = "" if next_position is None else f',"next_token":"{paging.encode(next_position)}"'
    parts.append(f'"meta":{{"result_count":{len(fragments)}{token}}}')
    return f"{{{','.join(parts)}}}"
