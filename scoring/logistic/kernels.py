"""Loops of the logistic models, compiled by numba on first use and cached beside this file.

A rating's logit is linear in each of its parts: ``a·p + c·q + b + g`` with (a, c) of its note, (p, q, b) of
its rater and one g for all. Ratings stand row after row of notes: those of note i are ``pointer[i]`` to
``pointer[i + 1]``. A rating's weight carries its label as a sign: negative where the tag was given.

Parameters and sums are float64 and added in a fixed order on one thread, so equal input gives equal bits.
Only the logistic function itself is in single precision, like all of the official computation: there the
compiler works on many ratings at once.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Pointer = NDArray[np.int64]

BLOCK_RATINGS: Final = 4096
"""Ratings whose logits stay in the processor's first cache."""

FIRST_DECAY: Final = 0.9
SECOND_DECAY: Final = 0.999
TINY: Final = 1e-8
"""Adam's usual constants (the defaults of torch.optim.Adam)."""

_FAST = {"contract", "nsz", "nnan", "ninf"}

_ZERO = np.float32(0.0)
_ONE = np.float32(1.0)
_TWO = np.float32(2.0)
_LOG2_E = np.float32(math.log2(math.e))
_LARGEST_POWER = np.float32(126.0)
_ROUNDING = np.float32(1.5 * 2**23)
"""Adding it to a small single leaves no bit for a fraction."""
_EXPONENT_BIAS = np.float32(127.0)
_EXPONENT_UNIT = np.float32(2**23)
_E1, _E2, _E3, _E4, _E5, _E6 = (np.float32(math.log(2) ** n / math.factorial(n)) for n in range(1, 7))
_L3, _L5, _L7, _L9, _L11 = (np.float32(1 / n) for n in (3, 5, 7, 9, 11))


@njit(cache=True, nogil=True, fastmath=_FAST | {"reassoc"}, error_model="numpy")
def total_loss(logit: Singles, weight: Singles, power: Singles) -> float:
    """Σ size·log(1 + e^t) over ratings, ``power`` being e to the power -abs(t); see :func:`weighted_slopes`.

    The logarithm of 1 + e is twice the inverse hyperbolic tangent of e/(2 + e), by its series to 1e-7.
    """
    total = 0.0
    for i in range(logit.shape[0]):
        s = power[i] / (_TWO + power[i])
        ss = s * s
        log1p = _TWO * s * (_ONE + ss * (_L3 + ss * (_L5 + ss * (_L7 + ss * (_L9 + ss * _L11)))))
        given = weight[i] < _ZERO
        towards = -logit[i] if given else logit[i]
        size = -weight[i] if given else weight[i]
        total += np.float64(size * (log1p + (towards if towards > _ZERO else _ZERO)))
    return total


@njit(cache=True, nogil=True, fastmath=_FAST, error_model="numpy")
def weighted_slopes(
    logit: Singles, weight: Singles, slope: Singles, power: NDArray[np.int32], with_loss: bool
) -> float:
    """``slope`` becomes the derivative of each rating's loss by its logit; returns the sum of the losses, or
    0 where that is not asked.

    With t the logit, negated where the tag was given, the loss is size·log(1 + e^t) and its derivative
    weight/(1 + e^-t). Both need e to the power -abs(t) only: 2^-n from the bits of the exponent, the rest by
    Taylor's series to 1e-7.
    """
    for i in range(logit.shape[0]):
        scaled = abs(logit[i]) * _LOG2_E
        scaled = scaled if scaled < _LARGEST_POWER else _LARGEST_POWER
        whole = (scaled + _ROUNDING) - _ROUNDING
        x = whole - scaled
        slope[i] = (((((_E6 * x + _E5) * x + _E4) * x + _E3) * x + _E2) * x + _E1) * x + _ONE
        power[i] = np.int32((_EXPONENT_BIAS - whole) * _EXPONENT_UNIT)
    two_to = power.view(np.float32)
    for i in range(logit.shape[0]):
        slope[i] *= two_to[i]
    total = total_loss(logit, weight, slope) if with_loss else 0.0
    for i in range(logit.shape[0]):
        e = slope[i]
        towards = -logit[i] if weight[i] < _ZERO else logit[i]
        slope[i] = weight[i] * ((_ONE if towards > _ZERO else e) / (_ONE + e))
    return total


@njit(cache=True, nogil=True, fastmath=_FAST, error_model="numpy")
def adam_step(
    value: Floats, gradient: Floats, first: Floats, second: Floats, rate: float, scale: float, step: int
) -> None:
    """One step of Adam, counted from 1, along ``gradient`` times ``scale``. Where the gradient always was 0,
    nothing moves.
    """
    first_scale = rate / (1.0 - FIRST_DECAY**step)
    second_scale = 1.0 / (1.0 - SECOND_DECAY**step)
    for i in range(value.shape[0]):
        slope = gradient[i] * scale
        first[i] = FIRST_DECAY * first[i] + (1.0 - FIRST_DECAY) * slope
        second[i] = SECOND_DECAY * second[i] + (1.0 - SECOND_DECAY) * slope * slope
        value[i] -= first_scale * first[i] / (math.sqrt(second[i] * second_scale) + TINY)


@njit(cache=True, nogil=True)
def add_ridge(value: Floats, gradient: Floats, ridge: Floats, free: NDArray[np.bool_]) -> tuple[float, float]:
    """Add the derivative of Σ ridge·value² to the gradient, and set it to 0 where a column is not free.

    Returns that sum, and the gradient's squared norm.
    """
    penalty = 0.0
    norm = 0.0
    for row in range(value.shape[0]):
        for column in range(value.shape[1]):
            pull = ridge[column] * value[row, column]
            penalty += pull * value[row, column]
            slope = gradient[row, column] + 2.0 * pull if free[column] else 0.0
            gradient[row, column] = slope
            norm += slope * slope
    return penalty, norm


@njit(cache=True, nogil=True)
def largest_block(pointer: Pointer, block: Pointer) -> int:
    """Ratings of the largest block of notes."""
    largest = 0
    for k in range(len(block) - 1):
        largest = max(largest, pointer[block[k + 1]] - pointer[block[k]])
    return largest


@njit(cache=True, nogil=True, fastmath={"contract", "nsz"})
def descend(
    pointer: Pointer,
    block: Pointer,
    rater: NDArray[np.int32],
    weight: Singles,
    parts: tuple[Floats, Floats, Floats],
    ridges: tuple[Floats, Floats, Floats],
    free: tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]],
    rate: float,
    largest_norm: float,
    tolerance: float,
    period: int,
    rising_after: int,
    epochs: int,
) -> tuple[float, int]:
    """Full-batch Adam on all parts at once, in place.

    ``parts`` are (a, c) by note, (p, q, b) by rater and (g) in one row; ``ridges`` and ``free`` have an entry
    for each of their columns. The loss is the sum of the ratings' losses plus Σ ridge·value². Notes
    ``block[k]`` to ``block[k + 1]`` are worked on together. Looks at the loss every ``period`` epochs, and
    stops if it changed by less than ``tolerance`` since the last look, or if it rose and more than
    ``rising_after`` steps are done. Returns the loss last looked at and the steps done.
    """
    notes, raters, common = parts
    largest = largest_block(pointer, block)
    logit = np.empty(largest, np.float32)
    slope = np.empty(largest, np.float32)
    power = np.empty(largest, np.int32)
    note_gradient, note_first, note_second = np.zeros_like(notes), np.zeros_like(notes), np.zeros_like(notes)
    rater_gradient, rater_first = np.zeros_like(raters), np.zeros_like(raters)
    rater_second = np.zeros_like(raters)
    common_gradient, common_first = np.zeros_like(common), np.zeros_like(common)
    common_second = np.zeros_like(common)
    products_free = free[1][0] or free[1][1]
    loss = np.inf
    for epoch in range(epochs):
        look = epoch % period == 0
        rater_gradient[:] = 0.0
        total = 0.0
        g = common[0, 0]
        for k in range(len(block) - 1):
            begin = pointer[block[k]]
            end = pointer[block[k + 1]]
            for note in range(block[k], block[k + 1]):
                a = notes[note, 0]
                c = notes[note, 1]
                for position in range(pointer[note], pointer[note + 1]):
                    row = rater[position]
                    logit[position - begin] = np.float32(
                        a * raters[row, 0] + c * raters[row, 1] + (raters[row, 2] + g)
                    )
            count = end - begin
            total += weighted_slopes(logit[:count], weight[begin:end], slope[:count], power[:count], look)
            for note in range(block[k], block[k + 1]):
                a = notes[note, 0]
                c = notes[note, 1]
                by_a = 0.0
                by_c = 0.0
                for position in range(pointer[note], pointer[note + 1]):
                    row = rater[position]
                    d = np.float64(slope[position - begin])
                    by_a += d * raters[row, 0]
                    by_c += d * raters[row, 1]
                    rater_gradient[row, 2] += d
                    if products_free:
                        rater_gradient[row, 0] += d * a
                        rater_gradient[row, 1] += d * c
                note_gradient[note, 0] = by_a
                note_gradient[note, 1] = by_c
        common_gradient[0, 0] = rater_gradient[:, 2].sum()
        note_penalty, note_norm = add_ridge(notes, note_gradient, ridges[0], free[0])
        rater_penalty, rater_norm = add_ridge(raters, rater_gradient, ridges[1], free[1])
        common_penalty, common_norm = add_ridge(common, common_gradient, ridges[2], free[2])
        if look:
            before = loss
            loss = total + note_penalty + rater_penalty + common_penalty
            if abs(before - loss) < tolerance or (epoch > rising_after and loss > before):
                return loss, epoch
        norm = math.sqrt(note_norm + rater_norm + common_norm)
        scale = largest_norm / norm if norm > largest_norm else 1.0
        for value, gradient, first, second in (
            (notes, note_gradient, note_first, note_second),
            (raters, rater_gradient, rater_first, rater_second),
            (common, common_gradient, common_first, common_second),
        ):
            adam_step(value.ravel(), gradient.ravel(), first.ravel(), second.ravel(), rate, scale, epoch + 1)
    return loss, epochs


@njit(cache=True, nogil=True)
def descend_notes(
    pointer: Pointer,
    block: Pointer,
    multiplier: Singles,
    base: Singles,
    weight: Singles,
    value: Floats,
    ridge: float,
    rate: float,
    tolerance: float,
    period: int,
    epochs: int,
) -> tuple[float, int]:
    """Full-batch Adam on one value x a note, in place; a rating's logit is ``x·multiplier + base``.

    Each note's way is its own; that all notes stop together is what they share. Loss, stop and result as in
    :func:`descend`; a block takes ``period`` steps at a time while it is in the cache.
    """
    largest = largest_block(pointer, block)
    logit = np.empty(largest, np.float32)
    slope = np.empty(largest, np.float32)
    power = np.empty(largest, np.int32)
    gradient = np.zeros_like(value)
    first = np.zeros_like(value)
    second = np.zeros_like(value)
    loss = np.inf
    done = 0
    while done < epochs:
        before = loss
        loss = 0.0
        for k in range(len(block) - 1):
            begin = pointer[block[k]]
            end = pointer[block[k + 1]]
            count = end - begin
            note_logits(pointer, block[k], block[k + 1], multiplier, base, value, logit)
            loss += weighted_slopes(logit[:count], weight[begin:end], slope[:count], power[:count], True)
        for note in range(len(value)):
            loss += ridge * value[note] * value[note]
        if abs(before - loss) < tolerance:
            break
        steps = min(period, epochs - done)
        for k in range(len(block) - 1):
            top = block[k]
            bottom = block[k + 1]
            begin = pointer[top]
            end = pointer[bottom]
            count = end - begin
            for step in range(done + 1, done + steps + 1):
                note_logits(pointer, top, bottom, multiplier, base, value, logit)
                weighted_slopes(logit[:count], weight[begin:end], slope[:count], power[:count], False)
                for note in range(top, bottom):
                    total = 2.0 * ridge * value[note]
                    for position in range(pointer[note], pointer[note + 1]):
                        total += np.float64(slope[position - begin]) * np.float64(multiplier[position])
                    gradient[note] = total
                adam_step(
                    value[top:bottom],
                    gradient[top:bottom],
                    first[top:bottom],
                    second[top:bottom],
                    rate,
                    1.0,
                    step,
                )
        done += steps
    return loss, done


@njit(cache=True, nogil=True, fastmath=_FAST)
def note_logits(
    pointer: Pointer, top: int, bottom: int, multiplier: Singles, base: Singles, value: Floats, logit: Singles
) -> None:
    """``logit`` of the ratings of notes ``top`` to ``bottom``, from its beginning."""
    begin = pointer[top]
    count = pointer[bottom] - begin
    for note in range(top, bottom):
        logit[pointer[note] - begin : pointer[note + 1] - begin] = np.float32(value[note])
    for i in range(count):
        logit[i] = logit[i] * multiplier[begin + i] + base[begin + i]
