"""What the API demands of every note: its length, a URL, and tags that fit the classification."""

from __future__ import annotations

from collections.abc import Sequence

from writers.plugin import Desk, Draft
from writers.protocol.notes import Classification
from writers.protocol.posts import Post
from writers.protocol.text import MAX_NOTE_LENGTH, has_url, note_length


class LengthCheck:
    """1 to 280 characters, each URL counted as one."""

    name = "length"

    def complaints(self, draft: Draft, post: Post, desk: Desk) -> Sequence[str]:
        length = note_length(draft.text)
        if not draft.text.strip():
            return ["The note is empty."]
        if length > MAX_NOTE_LENGTH:
            return [f"The note has {length} characters with each URL as one: at most {MAX_NOTE_LENGTH} fit."]
        return []


class UrlPresentCheck:
    """At least one URL, with its scheme."""

    name = "url_present"

    def complaints(self, draft: Draft, post: Post, desk: Desk) -> Sequence[str]:
        return (
            [] if has_url(draft.text) else ["The note has no URL: cite a source, with http:// or https://."]
        )


class TagsFitClassificationCheck:
    """A note on a misleading post says in which way it misleads; any other note has no such tags."""

    name = "tags_fit_classification"

    def complaints(self, draft: Draft, post: Post, desk: Desk) -> Sequence[str]:
        misleading = draft.classification is Classification.MISLEADING
        if misleading and not draft.misleading_tags:
            return ["The note calls the post misleading and has no tag that says in which way."]
        if not misleading and draft.misleading_tags:
            return [f"The note calls the post {draft.classification} and has tags of a misleading one."]
        if len(set(draft.misleading_tags)) < len(draft.misleading_tags):
            return ["The note has a tag twice."]
        return []
