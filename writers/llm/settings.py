"""Which model answers which stage, where it is asked, with which key, and what may be spent.

    [models.default]                    # every stage that has no table of its own
    model = "gpt-5-mini"

    [models.critic]                     # what is left out is as in default
    model = "qwen3-32b"
    base_url = "http://127.0.0.1:8000/v1"
    price = { input = 0, output = 0 }

    [budget]
    usd_per_post = 0.05

Keys stand in the environment or in files of their own, never here. Without a file, `NOTEWRIGHT_MODEL` names
the model (`NOTEWRIGHT_MODEL_CRITIC` that of the stage `critic`), `OPENAI_BASE_URL` and `OPENAI_API_KEY` the
endpoint and its key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from writers.llm.budget import Budget
from writers.llm.errors import ModelSettingsError
from writers.llm.prices import Price, price_list

DEFAULT: Final = "default"
"""The stage whose model answers the stages that have none of their own."""

MODEL_VARIABLE: Final = "NOTEWRIGHT_MODEL"
URL_VARIABLE: Final = "OPENAI_BASE_URL"
KEY_VARIABLE: Final = "OPENAI_API_KEY"
OPENAI_URL: Final = "https://api.openai.com/v1"

STAGE: Final = r"^[a-z][a-z0-9_]{0,63}$"
"""What a stage may be called."""

TIMEOUT_S: Final = 60.0
MAX_OUTPUT_TOKENS: Final = 8_192
TOKENS_PER_IMAGE: Final = 2_500
"""What is taken where a stage and `default` say nothing."""

Structured = Literal["json_schema", "json_object", "text"]
"""How an endpoint is asked for an answer of a certain form: by schema, as any JSON, or in words alone."""


def _base_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("it is the address of an API, such as https://api.openai.com/v1")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("it carries a user name or a query: a key is named by key_variable or key_file")
    return url.rstrip("/")


class StageModel(BaseModel):
    """One `[models.STAGE]` table; what is None is as in `[models.default]`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str | None = Field(default=None, min_length=1)
    base_url: Annotated[str, AfterValidator(_base_url)] | None = None
    key_variable: str | None = None
    """Environment variable that holds the key."""
    key_file: Path | None = None
    """File that holds the key and nothing else."""
    timeout_s: float | None = Field(default=None, gt=0)
    """For one request; TIMEOUT_S where not told."""
    max_output_tokens: int | None = Field(default=None, ge=1)
    """Of one answer, hidden reasoning included; MAX_OUTPUT_TOKENS where not told."""
    structured: Structured | None = None
    """Where not told: by schema, and less wherever the endpoint does not take that."""
    temperature: float | None = Field(default=None, ge=0)
    seed: int | None = None
    reasoning_effort: str | None = None
    tokens_per_image: int | None = Field(default=None, ge=0)
    """What a picture is taken to cost before a call; TOKENS_PER_IMAGE where not told."""
    price: Price | None = None
    """Instead of the listed one."""


class ModelSettings(BaseModel):
    """The models of a run."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    models: dict[Annotated[str, StringConstraints(pattern=STAGE)], StageModel] = {}
    budget: Budget = Budget()
    concurrency: int = Field(default=8, ge=1)
    """Requests under way at one time, at each endpoint."""
    attempts: int = Field(default=5, ge=1)
    """Requests for one call where the endpoint is out of order or asks to come back later."""
    repairs: int = Field(default=2, ge=0)
    """How often a model is told what is wrong with its answer."""

    def overlaid(self, environment: Mapping[str, str]) -> Self:
        """These settings with the models that the environment names in place of their own."""
        models = dict(self.models)
        for variable, name in environment.items():
            rest = variable.removeprefix(MODEL_VARIABLE)
            if rest == variable or not name or (rest and not rest.startswith("_")):
                continue
            stage = rest[1:].lower() or DEFAULT
            models[stage] = models.get(stage, StageModel()).model_copy(update={"model": name})
        return self.model_copy(update={"models": models})


@dataclass(frozen=True, slots=True)
class Choice:
    """The model of a stage, with everything decided."""

    model: str
    base_url: str
    host: str
    key: SecretStr | None
    timeout_s: float
    max_output_tokens: int
    structured: Structured | None
    tokens_per_image: int
    price: Price | None
    options: Mapping[str, Any] = field(default_factory=dict)
    """Further parameters of a request, by the API's names for chat completions."""


def choices(settings: ModelSettings, environment: Mapping[str, str]) -> dict[str, Choice]:
    """The model of every stage that has a table.

    Raises ModelSettingsError where a stage has no model, a key is missing, or a budget in dollars meets a
    model of unknown price.
    """
    default = settings.models.get(DEFAULT, StageModel())
    found = {stage: _choice(stage, table, default, environment) for stage, table in settings.models.items()}
    if settings.budget.bounds_money:
        for stage, choice in found.items():
            if choice.price is None:
                raise ModelSettingsError(
                    f"The budget is in dollars, and the price of '{choice.model}' at {choice.host} is not"
                    f" listed: give it under [models.{stage}] as price = {{ input = …, output = … }}, for a"
                    " million tokens."
                )
    return found


def _choice(stage: str, own: StageModel, default: StageModel, environment: Mapping[str, str]) -> Choice:
    default_url = default.base_url or environment.get(URL_VARIABLE) or OPENAI_URL
    try:
        url = own.base_url or _base_url(default_url)
    except ValueError as error:
        raise ModelSettingsError(
            f"The environment variable {URL_VARIABLE} cannot be used: {error}."
        ) from None
    told = own.model_dump(exclude_none=True, exclude={"price"})
    inherited = default.model_dump(exclude_none=True, exclude={"price"})
    if url != default_url.rstrip("/") or own.key_variable or own.key_file:
        # A key is for its own endpoint: another one must not see it.
        inherited = {name: value for name, value in inherited.items() if not name.startswith("key_")}
    merged = {**inherited, **told}
    if "model" not in merged:
        raise ModelSettingsError(f"The stage '{stage}' has no model: name one under [models.{stage}].")
    model, host = merged["model"], urlsplit(url).netloc
    is_default = model == default.model and url == default_url.rstrip("/")
    return Choice(
        model=model,
        base_url=url,
        host=host,
        key=_key(stage, url, merged, environment),
        timeout_s=merged.get("timeout_s", TIMEOUT_S),
        max_output_tokens=merged.get("max_output_tokens", MAX_OUTPUT_TOKENS),
        structured=merged.get("structured"),
        tokens_per_image=merged.get("tokens_per_image", TOKENS_PER_IMAGE),
        price=own.price or (default.price if is_default else None) or price_list().price(host, model),
        options={
            name: merged[name] for name in ("temperature", "seed", "reasoning_effort") if name in merged
        },
    )


def _key(stage: str, url: str, merged: Mapping[str, Any], environment: Mapping[str, str]) -> SecretStr | None:
    if file := merged.get("key_file"):
        try:
            return _checked(Path(file).expanduser().read_text(encoding="utf-8"), f"The key file {file}")
        except (OSError, UnicodeDecodeError):
            raise ModelSettingsError(
                f"The key file {file} of the stage '{stage}' cannot be read: name a text file that holds it."
            ) from None
    is_openai = urlsplit(url).hostname == urlsplit(OPENAI_URL).hostname
    meant = is_openai or url == environment.get(URL_VARIABLE, "").rstrip("/")
    variable = merged.get("key_variable") or (KEY_VARIABLE if meant else None)
    if variable is None:
        return None
    if key := environment.get(variable, ""):
        return _checked(key, f"The environment variable {variable}")
    if is_openai or "key_variable" in merged:
        raise ModelSettingsError(
            f"The model of the stage '{stage}' needs a key: set the environment variable {variable}."
        )
    return None


def _checked(text: str, place: str) -> SecretStr:
    """A key that can stand in a header; the words of an error never hold it."""
    key = text.strip()
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise ModelSettingsError(
            f"{place} holds no key: a key is one word of ASCII letters, digits and signs."
        )
    return SecretStr(key)
