"""Pages of posts, put together from parts rendered once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

from harness.api import paging
from harness.api.fields import Fragment, Selection, render
from harness.store import FeedEntry, Store

KEPT_SELECTIONS: Final = 8
KEPT_FRAGMENTS: Final = 5_000
"""For each selection; at about one kilobyte each, what is kept stays below 40 MB."""


class Pages:
    """Renders pages. A fragment belongs to one version of a post, so what is kept stays true."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: OrderedDict[Selection, dict[int, Fragment]] = OrderedDict()

    def fragments(self, entries: Sequence[FeedEntry], selection: Selection) -> list[Fragment]:
        """The entries' fragments in order; a post replaced since the entries were read is left out."""
        kept = self._of(selection)
        missing = [entry.version for entry in entries if entry.version not in kept]
        if missing:
            if len(kept) + len(missing) > KEPT_FRAGMENTS:
                kept.clear()
                missing = [entry.version for entry in entries]
            for version, post in self._store.stored_posts(missing).items():
                kept[version] = render(post, selection)
        return [kept[entry.version] for entry in entries if entry.version in kept]

    def _of(self, selection: Selection) -> dict[int, Fragment]:
        kept = self._kept.setdefault(selection, {})
        self._kept.move_to_end(selection)
        if len(self._kept) > KEPT_SELECTIONS:
            self._kept.popitem(last=False)
        return kept


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
