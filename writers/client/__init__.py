"""The client of the AI Note Writer API: X, a local server, and a simulation answer it alike."""

from writers.client.notes_client import NotesClient
from writers.client.retry import RetryPolicy

__all__ = ["NotesClient", "RetryPolicy"]
