"""Any search engine with a JSON API, described by a TOML file.

    name = "brave"
    url = "https://api.search.brave.com/res/v1/web/search?q={query}&count={limit}"
    results = "web.results"

    [fields]
    url = "url"
    title = "title"
    excerpt = "description"

    [headers]
    X-Subscription-Token = "${BRAVE_API_KEY}"

`{query}`, `{limit}` and `{language}` (the post's) are filled in, in the URL or in the texts of a table
`[body]`, which makes the request a POST of JSON. `${NAME}` in a header is taken from the environment.
`results` and the fields are JMESPath expressions (jmespath.org), the fields' relative to one result.
"""

from __future__ import annotations

import logging
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import jmespath
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from writers.builtin.retrievers.found_pages import Hit, documents_of, told
from writers.builtin.retrievers.json_source import JsonSource, Question
from writers.builtin.terms import without_decoration
from writers.clock import Clock, SystemClock
from writers.errors import BadInputError, CredentialsError, RetrievalFailed
from writers.page_text import html_text
from writers.plugin import Document, Fetch
from writers.protocol.posts import Post

MAX_QUERY_LENGTH: Final = 300
PLACEHOLDERS: Final = ("query", "limit", "language")

_PLACEHOLDER: Final = re.compile(r"\{(\w*)\}")
_VARIABLE: Final = re.compile(r"\$\{(\w+)\}")

_log = logging.getLogger(__name__)


class _Fields(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = "url"
    title: str = "title"
    excerpt: str = "snippet"


class SearchSettings(BaseModel):
    """A search engine's API, as the TOML file describes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, pattern=r"^[\w-]+$")
    url: str = Field(pattern=r"^https?://")
    results: str
    fields: _Fields = _Fields()
    headers: dict[str, str] = {}
    """As the file has them: the environment's values are filled in by `headers_of`."""
    body: dict[str, Any] | None = None
    timeout_seconds: float = Field(10.0, gt=0, le=60)
    read_pages: bool = True
    """Whether the pages found are fetched; else a document's text is what the engine told."""


@dataclass(frozen=True, slots=True)
class Headers:
    """Headers with the environment's values filled in, and which these are: no message may repeat them."""

    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)


class HttpSearch:
    """Pages that a search engine finds, read where they can be, with its words about them as the excerpt."""

    def __init__(
        self,
        settings: SearchSettings,
        headers: Headers,
        *,
        clock: Clock | None = None,
    ) -> None:
        self.name = settings.name
        self._settings = settings
        self._results = jmespath.compile(settings.results)
        self._fields = {name: jmespath.compile(path) for name, path in settings.fields}
        self._source = JsonSource(
            settings.name,
            clock=clock or SystemClock(),
            headers={"Accept": "application/json", **headers.values},
            secrets=headers.secrets,
            timeout_s=settings.timeout_seconds,
        )

    async def retrieve(self, post: Post, query: str, *, fetch: Fetch, limit: int) -> Sequence[Document]:
        words = " ".join(without_decoration(query).split())[:MAX_QUERY_LENGTH]
        if not words or limit < 1:
            return []
        language = (post.lang or "").partition("-")[0]
        values: dict[str, str | int] = {"query": words, "limit": limit, "language": language}
        settings = self._settings
        answer = await self._source.ask(
            Question(
                url=_PLACEHOLDER.sub(lambda match: quote(str(values[match[1]]), safe=""), settings.url),
                parameters={},
                body=None if settings.body is None else _filled(settings.body, values),
            )
        )
        hits = self._hits(answer)
        if settings.read_pages:
            return await documents_of(hits, fetch=fetch, limit=limit)
        return [told(hit) for hit in hits if hit.excerpt][:limit]

    def _hits(self, answer: Any) -> list[Hit]:
        found = self._searched(self._results, answer)
        if found is None:
            keys = ", ".join(list(answer)[:8]) if isinstance(answer, Mapping) else type(answer).__name__
            _log.warning("%s: nothing at '%s' (the answer has: %s)", self.name, self._settings.results, keys)
            return []
        if not isinstance(found, list):
            raise RetrievalFailed(f"{self.name} answered with no list at '{self._settings.results}'")
        hits = (self._hit(result) for result in found)
        return [hit for hit in hits if hit.url.startswith(("http://", "https://"))]

    def _hit(self, result: Any) -> Hit:
        found = {name: self._searched(path, result) for name, path in self._fields.items()}
        texts = {name: value if isinstance(value, str) else "" for name, value in found.items()}
        return Hit(texts["url"], _plain(texts["title"]), _plain(texts["excerpt"]))

    def _searched(self, path: Any, value: Any) -> Any:
        try:
            return path.search(value)
        except jmespath.exceptions.JMESPathError as error:
            raise RetrievalFailed(f"{self.name}: '{path.expression}' does not fit ({error})") from None


def http_search(config: Path) -> HttpSearch:
    """Any search engine with a JSON API, described by the TOML file `config`.

    Raises BadInputError for what the file should not hold, CredentialsError for a variable that is not set.
    """
    settings = read_settings(config)
    return HttpSearch(settings, headers_of(settings, os.environ, file=config))


def read_settings(file: Path) -> SearchSettings:
    """What a TOML file says of a search engine. Raises BadInputError."""
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(f"cannot be read ({error})", file=file) from None
    except tomllib.TOMLDecodeError as error:
        raise BadInputError(f"not TOML ({error})", file=file) from None
    try:
        settings = SearchSettings.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        raise BadInputError(first["msg"], file=file, field=".".join(map(str, first["loc"]))) from None
    _require_expressions(settings, file)
    _require_placeholders(settings, file)
    return settings


def headers_of(settings: SearchSettings, environment: Mapping[str, str], *, file: Path) -> Headers:
    """The headers to send. Raises CredentialsError for a variable that is not set."""
    values: dict[str, str] = {}
    secrets: list[str] = []
    for header, template in settings.headers.items():
        for variable in _VARIABLE.findall(template):
            secret = environment.get(variable, "").strip()
            if not secret:
                raise CredentialsError(f"{file}, header '{header}': set the variable {variable}.")
            secrets.append(secret)
            template = template.replace(f"${{{variable}}}", secret)
        if not template.isascii() or not template.isprintable():
            raise BadInputError("holds characters that no header may", file=file, field=f"headers.{header}")
        values[header] = template
    return Headers(values, tuple(secrets))


def _require_expressions(settings: SearchSettings, file: Path) -> None:
    paths = {"results": settings.results, **{f"fields.{name}": path for name, path in settings.fields}}
    for place, path in paths.items():
        try:
            jmespath.compile(path)
        except jmespath.exceptions.JMESPathError as error:
            why = " ".join(str(error).split())
            raise BadInputError(f"not a JMESPath expression ({why})", file=file, field=place) from None


def _require_placeholders(settings: SearchSettings, file: Path) -> None:
    used: list[str] = []
    for place, texts in (("url", [settings.url]), ("body", list(_texts(settings.body)))):
        for name in (name for text in texts for name in _PLACEHOLDER.findall(text)):
            if name not in PLACEHOLDERS:
                known = ", ".join(f"{{{known}}}" for known in PLACEHOLDERS)
                raise BadInputError(f"{{{name}}} is unknown: there are {known}", file=file, field=place)
            used.append(name)
    if "query" not in used:
        raise BadInputError("{query} must stand in the url or in the body", file=file, field="url")


def _texts(value: Any) -> Sequence[str]:
    match value:
        case str():
            return [value]
        case list():
            return [text for entry in value for text in _texts(entry)]
        case dict():
            return [text for entry in value.values() for text in _texts(entry)]
        case _:
            return []


def _filled(value: Any, values: Mapping[str, str | int]) -> Any:
    """A body with its placeholders filled in; a text that is one placeholder alone takes on its type."""
    match value:
        case str():
            alone = _PLACEHOLDER.fullmatch(value)
            return values[alone[1]] if alone else _PLACEHOLDER.sub(lambda m: str(values[m[1]]), value)
        case list():
            return [_filled(entry, values) for entry in value]
        case dict():
            return {key: _filled(entry, values) for key, entry in value.items()}
        case _:
            return value


def _plain(text: str) -> str:
    """A title or excerpt without the markup that engines put around the words asked for."""
    return " ".join(html_text(f"<body>{text}")[1].split()) if text else ""
