"""A small website of ours, for whatever reads pages: real sockets on loopback, any host name.

async with website({"news.example": {"/": page("<p>Words</p>")}}) as site:
    async with PageFetcher(site.transport()) as fetch:
        await fetch("http://news.example/")
"""

from tests.website.pages import (
    Answer,
    drip,
    gzip_bomb,
    huge_page,
    late,
    page,
    pdf,
    redirect,
    robots,
    script_only,
    silence,
)
from tests.website.server import Website, website

__all__ = [
    "Answer",
    "Website",
    "drip",
    "gzip_bomb",
    "huge_page",
    "late",
    "page",
    "pdf",
    "redirect",
    "robots",
    "script_only",
    "silence",
    "website",
]
