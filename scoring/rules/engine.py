"""Rules applied in order: a later one overwrites what an earlier one said.

Source: twitter/communitynotes 273c895, scoring/src/scoring/scoring_rules.py, ``apply_scoring_rules``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from scoring.statuses import NONE, StatusArray
from scoring.tables.arrays import Bool

Facts = TypeVar("Facts", contravariant=True)

MAX_RULES = 64
"""The rules that fired are kept as one bit each."""


@dataclass(frozen=True, slots=True)
class Rule(Generic[Facts]):
    """A rule's published name and what it decides.

    ``decide`` gets the facts of all notes and their labels so far, and gives each note's new status, or
    ``Status.NONE`` where the rule is silent.
    """

    name: str
    decide: Callable[[Facts, StatusArray], StatusArray]
    version: str = "v1.0"
    locks: bool = False
    """Whether a note this rule decided last keeps its status for good after two weeks."""

    def __str__(self) -> str:
        return f"{self.name} ({self.version})"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a list of rules decided of each note, and how."""

    rule_names: tuple[str, ...]
    status: StatusArray
    decided_by: NDArray[np.int8]
    """Position in ``rule_names`` of the last rule that spoke; -1 where none did."""
    active: NDArray[np.uint64]
    """Bit i is set where rule i spoke, even if it changed nothing."""
    before: NDArray[np.int8]
    """Row i: the labels before rule i."""

    def active_rules(self, note: int) -> str:
        """The rules that spoke of a note, as published: names in order, joined by commas."""
        mask = int(self.active[note])
        return ",".join(name for bit, name in enumerate(self.rule_names) if mask >> bit & 1)

    def decider(self, note: int) -> str:
        """The published name of the rule that decided; empty where none spoke."""
        rule = int(self.decided_by[note])
        return self.rule_names[rule] if rule >= 0 else ""

    def label_before(self, rule: Rule[Facts]) -> StatusArray:
        """The labels as ``rule`` found them."""
        label: StatusArray = self.before[self.rule_names.index(str(rule))]
        return label


def apply_rules(rules: Sequence[Rule[Facts]], facts: Facts, notes: int) -> Verdict:
    """Run the rules over ``notes`` notes."""
    assert len(rules) <= MAX_RULES
    label = np.full(notes, NONE, np.int8)
    decided_by = np.full(notes, -1, np.int8)
    active = np.zeros(notes, np.uint64)
    before = np.empty((len(rules), notes), np.int8)
    for position, rule in enumerate(rules):
        before[position] = label
        said = rule.decide(facts, label)
        spoke = said != NONE
        label = np.where(spoke, said, label)
        decided_by[spoke] = position
        active[spoke] |= np.uint64(1 << position)
    return Verdict(tuple(str(rule) for rule in rules), label, decided_by, active, before)


def say(status: int, where: Bool) -> StatusArray:
    """``status`` where the condition holds, silence elsewhere."""
    return np.where(where, np.int8(status), np.int8(NONE))
