"""Colours that can be told apart and read, in both schemes and with colour-blind eyes."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from harness.report.theme import (
    COLOURS,
    HELPFUL,
    INK,
    LINK,
    LIVE,
    MUTED,
    NEEDS_MORE,
    NOT_HELPFUL,
    PANEL,
    PAPER,
    STATUS_STYLES,
    TEST,
    Colour,
    css_variables,
)

Rgb = NDArray[np.float64]

# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
COLOUR_BLINDNESS = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                   [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                     [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                   [0.004733, 0.691367, 0.303900]],
}  # fmt: skip


def linear(code: str) -> Rgb:
    channels = np.array([int(code[start : start + 2], 16) for start in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio."""
    weights = np.array([0.2126, 0.7152, 0.0722])
    high, low = sorted((float(weights @ linear(one)), float(weights @ linear(other))), reverse=True)
    return (high + 0.05) / (low + 0.05)


def lab(rgb: Rgb) -> Rgb:
    """CIE L*a*b* (D65) of linear RGB."""
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = to_xyz @ np.clip(rgb, 0, 1) / np.array([0.9505, 1.0, 1.089])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


SCHEMES = ("light", "dark")


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("colour", [INK, MUTED, LINK, HELPFUL, NOT_HELPFUL], ids=lambda c: c.name)
def test_text_can_be_read(colour: Colour, scheme: str) -> None:
    assert contrast(getattr(colour, scheme), getattr(PAPER, scheme)) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
def test_quiet_text_can_be_read_on_a_panel(scheme: str) -> None:
    assert contrast(getattr(MUTED, scheme), getattr(PANEL, scheme)) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("colour", [NEEDS_MORE, LIVE, TEST], ids=lambda c: c.name)
def test_marks_can_be_seen(colour: Colour, scheme: str) -> None:
    assert contrast(getattr(colour, scheme), getattr(PAPER, scheme)) >= 3.0


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("eyes", COLOUR_BLINDNESS)
def test_statuses_keep_apart_for_colour_blind_eyes(eyes: str, scheme: str) -> None:
    matrix = np.array(COLOUR_BLINDNESS[eyes])
    seen = [lab(matrix @ linear(getattr(style.colour, scheme))) for style in STATUS_STYLES.values()]
    for one, other in combinations(seen, 2):
        assert np.linalg.norm(one - other) > 20


def test_statuses_differ_by_shape_too() -> None:
    assert len({style.shape for style in STATUS_STYLES.values()}) == len(STATUS_STYLES)


def test_every_colour_is_defined_in_both_schemes() -> None:
    light, dark = css_variables().split("@media")
    for colour in COLOURS:
        assert f"--{colour.name}:{colour.light};" in light
        assert f"--{colour.name}:{colour.dark};" in dark
