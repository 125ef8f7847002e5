"""Where evidence comes from.

suggested      pages that people suggested for the post, in its sources and its note requests
documents      a folder or JSON Lines file of one's own, searched by BM25
fact_checks    reviews of claims, by Google's Fact Check Tools API
http_search    any search engine with a JSON API, described by a TOML file
"""

from writers.builtin.retrievers.document_files import read_documents
from writers.builtin.retrievers.documents import DocumentFolder, DocumentSearch
from writers.builtin.retrievers.fact_checks import GoogleFactCheck, google_fact_check
from writers.builtin.retrievers.http_search import HttpSearch, http_search
from writers.builtin.retrievers.suggested import SuggestedSources

__all__ = [
    "DocumentFolder",
    "DocumentSearch",
    "GoogleFactCheck",
    "HttpSearch",
    "SuggestedSources",
    "google_fact_check",
    "http_search",
    "read_documents",
]
