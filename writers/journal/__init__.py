"""The journal: every attempt of a writer at a post, and all that went into it, in one SQLite file.

An attempt's life: nothing is written of it while a writer drafts, except what it spends; then it ends as
`abstained`, `refused`, `failed` or `drafted`, or it is `submitting` from before the request is sent until its
answer is known, and then `submitted`. What is written survives a kill at any moment. A `submitting` attempt
found by a later pass is settled by asking the API; a `drafted` one is a note that may still be submitted. A
writer has one attempt a post and mode.
"""

from writers.journal.attempt import OWN_NOTE, Attempt, Evidence, Outcome
from writers.journal.exchanges import Spent
from writers.journal.schema import SCHEMA_VERSION
from writers.journal.statuses import NoteStatus
from writers.journal.store import Journal

__all__ = [
    "OWN_NOTE",
    "SCHEMA_VERSION",
    "Attempt",
    "Evidence",
    "Journal",
    "NoteStatus",
    "Outcome",
    "Spent",
]
