"""Documents of one's own, searched by BM25."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from writers.builtin.retrievers.bm25 import Bm25
from writers.builtin.retrievers.document_files import Place, document_at, placed_documents
from writers.errors import BadInputError, RetrievalFailed
from writers.plugin import Document, Fetch
from writers.protocol.posts import Post


class DocumentSearch:
    """Documents at hand, searched by BM25; equal scores keep the documents' order."""

    name = "documents"

    def __init__(self, documents: Iterable[Document]) -> None:
        self._documents = list(documents)
        self._index = Bm25(map(_searched, self._documents))

    async def retrieve(self, post: Post, query: str, *, fetch: Fetch, limit: int) -> Sequence[Document]:
        return self.best(query, limit)

    def best(self, query: str, limit: int) -> list[Document]:
        """Up to `limit` documents that share a term with the query, best first."""
        return [self._documents[position] for position in self._index.best(query, limit)]


class DocumentFolder:
    """Documents of one's own, searched by BM25: a folder, or a JSON Lines file, of texts with addresses.

    The kinds of files are those of `document_files`. All are read and indexed at once; of what is found, the
    texts are read again from the files, so that a corpus may be larger than memory. Raises BadInputError,
    with file and line, for what cannot be read.
    """

    name = "documents"

    def __init__(self, path: Path) -> None:
        self._places: list[Place] = []
        self._states: dict[Path, _State] = {}
        self._index = Bm25(self._read(path))

    def __len__(self) -> int:
        return len(self._places)

    async def retrieve(self, post: Post, query: str, *, fetch: Fetch, limit: int) -> Sequence[Document]:
        return self.best(query, limit)

    def best(self, query: str, limit: int) -> list[Document]:
        """Up to `limit` documents that share a term with the query, best first.

        Raises RetrievalFailed where a file is not any more what was indexed.
        """
        return [self._document(self._places[position]) for position in self._index.best(query, limit)]

    def _read(self, path: Path) -> Iterator[str]:
        for place, document in placed_documents(path):
            if place.file not in self._states:
                self._states[place.file] = _state(place.file)
            self._places.append(place)
            yield _searched(document)

    def _document(self, place: Place) -> Document:
        try:
            if _state(place.file) == self._states[place.file]:
                return document_at(place)
        except (OSError, BadInputError):
            pass
        raise RetrievalFailed(f"documents: {place.file} was changed after it was indexed: start again")


class _State(NamedTuple):
    """What tells that a file is still the one that was read."""

    size: int
    changed_ns: int


def _state(file: Path) -> _State:
    found = file.stat()
    return _State(found.st_size, found.st_mtime_ns)


def _searched(document: Document) -> str:
    return f"{document.title}\n{document.text}"
