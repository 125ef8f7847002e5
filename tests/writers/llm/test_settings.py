"""Which model, where, with which key: and that a key goes to its own endpoint only, and into no message."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from harness.settings import read_settings
from writers.llm import ModelSettings
from writers.llm.errors import ModelSettingsError
from writers.llm.settings import Choice, choices

SECRET = "sk-very-secret-0123456789"


def chosen(models: dict[str, Any], environment: dict[str, str], **top: Any) -> dict[str, Choice]:
    return choices(ModelSettings.model_validate({"models": models, **top}), environment)


def key_of(choice: Choice) -> str | None:
    return choice.key.get_secret_value() if choice.key is not None else None


def test_a_settings_file_says_it_all(tmp_path: Path) -> None:
    file = tmp_path / "models.toml"
    file.write_text(
        """
        concurrency = 3
        [models.default]
        model = "gpt-5-mini"
        [models.critic]
        model = "qwen3-32b"
        base_url = "http://127.0.0.1:8000/v1/"
        price = { input = 0, output = 0.1 }
        temperature = 0.2
        [budget]
        usd_per_post = 0.05
        """,
        encoding="utf-8",
    )
    settings = read_settings(ModelSettings, file)
    found = choices(settings, {"OPENAI_API_KEY": SECRET})
    default, critic = found["default"], found["critic"]
    assert (default.model, default.host, key_of(default)) == ("gpt-5-mini", "api.openai.com", SECRET)
    assert default.price is not None
    assert (critic.base_url, critic.host, key_of(critic)) == (
        "http://127.0.0.1:8000/v1",
        "127.0.0.1:8000",
        None,
    )
    assert critic.price is not None
    assert critic.price.output == Decimal("0.1")
    assert critic.options == {"temperature": 0.2}
    assert settings.budget.usd_per_post == Decimal("0.05")
    assert settings.concurrency == 3


def test_a_stage_takes_from_default_what_it_leaves_out() -> None:
    models = {
        "default": {"model": "m", "base_url": "https://a.example/v1", "key_variable": "A", "timeout_s": 9},
        "critic": {"model": "n"},
        "claim": {"max_output_tokens": 10, "price": {"input": 1, "output": 1}},
    }
    found = chosen(models, {"A": SECRET})
    assert (found["critic"].model, found["critic"].timeout_s, key_of(found["critic"])) == ("n", 9, SECRET)
    assert (found["claim"].model, found["claim"].max_output_tokens) == ("m", 10)


def test_a_key_is_not_shown_to_another_endpoint() -> None:
    models = {
        "default": {"model": "m", "base_url": "https://a.example/v1", "key_variable": "A"},
        "critic": {"base_url": "https://b.example/v1"},
        "search": {"base_url": "https://a.example/v1", "key_variable": "B"},
    }
    found = chosen(models, {"A": SECRET, "B": "other", "OPENAI_API_KEY": "sk-openai"})
    assert key_of(found["critic"]) is None
    assert key_of(found["search"]) == "other"


def test_the_price_of_one_model_is_not_that_of_another() -> None:
    models = {
        "default": {"model": "gpt-5", "price": {"input": 9, "output": 9}},
        "critic": {"model": "gpt-5-nano"},
        "note": {"model": "who-knows"},
    }
    found = chosen(models, {"OPENAI_API_KEY": SECRET})
    prices = {stage: choice.price.input if choice.price else None for stage, choice in found.items()}
    assert prices == {"default": 9, "critic": Decimal("0.05"), "note": None}


def test_the_environment_alone_is_enough() -> None:
    environment = {
        "NOTEWRIGHT_MODEL": "llama",
        "NOTEWRIGHT_MODEL_CRITIC": "big-llama",
        "NOTEWRIGHT_MODELLING": "no",
        "OPENAI_BASE_URL": "http://127.0.0.1:9/v1",
        "OPENAI_API_KEY": SECRET,
    }
    found = choices(ModelSettings().overlaid(environment), environment)
    assert {stage: choice.model for stage, choice in found.items()} == {
        "default": "llama",
        "critic": "big-llama",
    }
    assert {choice.base_url for choice in found.values()} == {"http://127.0.0.1:9/v1"}
    assert {key_of(choice) for choice in found.values()} == {SECRET}


def test_the_environment_names_another_model_than_the_file() -> None:
    settings = ModelSettings.model_validate({"models": {"default": {"model": "a", "timeout_s": 3}}})
    overlaid = settings.overlaid({"NOTEWRIGHT_MODEL": "b"}).models["default"]
    assert (overlaid.model, overlaid.timeout_s) == ("b", 3)


def test_a_local_endpoint_needs_no_key() -> None:
    models = {"default": {"model": "m", "base_url": "http://localhost:11434/v1"}}
    assert key_of(chosen(models, {})["default"]) is None


def test_a_key_may_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"{SECRET}\n", encoding="utf-8")
    assert key_of(chosen({"default": {"model": "m", "key_file": file}}, {})["default"]) == SECRET


@pytest.mark.parametrize(
    ("models", "environment", "words"),
    [
        (
            {"default": {"model": "m"}},
            {},
            "'default' needs a key: set the environment variable OPENAI_API_KEY",
        ),
        ({"default": {"model": "m", "key_variable": "K"}}, {"OPENAI_API_KEY": "x"}, "variable K"),
        (
            {"critic": {"timeout_s": 3}},
            {"OPENAI_API_KEY": "x"},
            r"'critic' has no model: .*\[models\.critic\]",
        ),
        (
            {"default": {"model": "m", "key_file": "/nowhere/key"}},
            {},
            "key file /nowhere/key .* cannot be read",
        ),
        ({"default": {"model": "m"}}, {"OPENAI_BASE_URL": "ftp://x"}, "OPENAI_BASE_URL cannot be used"),
    ],
)
def test_what_is_missing_is_named(models: dict[str, Any], environment: dict[str, str], words: str) -> None:
    with pytest.raises(ModelSettingsError, match=words):
        chosen(models, environment)


@pytest.mark.parametrize("key", [f"{SECRET}\nX-Other:1", f"{SECRET}é", f"{SECRET} {SECRET}", " "])
def test_a_key_that_fits_no_header_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(ModelSettingsError, match="OPENAI_API_KEY holds no key") as told:
        chosen({"default": {"model": "m"}}, {"OPENAI_API_KEY": key})
    assert SECRET not in str(told.value)


@pytest.mark.parametrize(
    "url",
    ["https://user:pw@a.example/v1", "https://a.example/v1?key=1", "a.example", "file:///etc", "https://"],
)
def test_an_address_is_one_of_an_api_and_carries_no_key(url: str) -> None:
    with pytest.raises(ValidationError):
        ModelSettings.model_validate({"models": {"default": {"base_url": url}}})


@pytest.mark.parametrize("stage", ["Critic", "the critic", "", "x" * 65])
def test_a_stage_has_a_plain_name(stage: str) -> None:
    with pytest.raises(ValidationError):
        ModelSettings.model_validate({"models": {stage: {"model": "m"}}})


def test_a_budget_in_dollars_needs_a_known_price() -> None:
    models = {"default": {"model": "who-knows", "base_url": "http://127.0.0.1:1/v1"}}
    with pytest.raises(
        ModelSettingsError, match=r"price of 'who-knows' at 127\.0\.0\.1:1 is not listed: give it"
    ):
        chosen(models, {}, budget={"usd_per_pass": 1})
    assert chosen(models, {}, budget={"tokens_per_pass": 1})["default"].price is None


def test_nothing_that_holds_a_key_shows_it() -> None:
    choice = chosen({"default": {"model": "m"}}, {"OPENAI_API_KEY": SECRET})["default"]
    assert SECRET not in repr(choice)
    assert SECRET not in str(choice)
