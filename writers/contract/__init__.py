"""The contract kit: what everybody may rely on in a writer, tried on made-up posts, offline.

`notewright check WRITER` runs `check_plugin`: the kit in a process of its own, within bounds of time and
memory. A plugin's own tests use the fixtures of `writers.pytest_plugin`, or await `check_writer`. Posts,
pages and the orders in them are made up; the desk reaches no network.
"""

from writers.contract.files import read_pages, read_posts
from writers.contract.findings import Finding
from writers.contract.kit import ask_writer, check_writer
from writers.contract.separate import Bounds, check_plugin

__all__ = ["Bounds", "Finding", "ask_writer", "check_plugin", "check_writer", "read_pages", "read_posts"]
