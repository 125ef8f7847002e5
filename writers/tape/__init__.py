"""Record and replay of a whole pass: everything it learns from outside, in one file.

While a pass is recorded, whatever comes from outside (pages of the feed, answers of the API, web pages, what
retrievers found, answers of language models, the time) passes through a tape that writes it down. A replayed
pass is given the same by the file, asks nobody, and comes to the same journal. What it needs and the file
does not hold ends it with one sentence.

No request is written down, only what came back: keys and authorisation headers never get here.
"""

from writers.tape.api import NotesApi, TapedApi
from writers.tape.file import NotRecorded, TapeReader, TapeWriter
from writers.tape.models import TapeLog, note_models, noted_models
from writers.tape.offline import OFFLINE, OfflineRetriever, no_page
from writers.tape.outside import Outside
from writers.tape.tape import UNTAPED, Tape

__all__ = [
    "OFFLINE",
    "UNTAPED",
    "NotRecorded",
    "NotesApi",
    "OfflineRetriever",
    "Outside",
    "Tape",
    "TapeLog",
    "TapeReader",
    "TapeWriter",
    "TapedApi",
    "no_page",
    "note_models",
    "noted_models",
]
