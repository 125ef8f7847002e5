"""Rules applied in order: a later one overwrites what an earlier one said.

A rule made by :func:`rule_where` consists of its criteria alone: they decide, and the story of a note
(:mod:`scoring.why`) is told from them, so that the two cannot differ.

Source: twitter/communitynotes 273c895, scoring/src/scoring/scoring_rules.py, ``apply_scoring_rules``.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from scoring.statuses import NONE, Status, StatusArray
from scoring.tables.arrays import TEXT, Bool, Text

Facts = TypeVar("Facts", contravariant=True)

MAX_RULES = 64
"""The rules that fired are kept as one bit each."""

Comparison = Literal[">=", ">", "<=", "<", "=="]

_COMPARE: Final[dict[Comparison, Callable[[Any, Any], Any]]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
    "==": operator.eq,
}


@dataclass(frozen=True, slots=True)
class Criterion(Generic[Facts]):
    """One comparison of a note's value with a limit. NaN satisfies none."""

    quantity: str
    """What is compared, in plain words."""
    value: Callable[[Facts], NDArray[Any]]
    """(n,) numbers or truths."""
    comparison: Comparison
    limit: Callable[[Facts], NDArray[Any] | float | None]
    """One for all notes or one each; None where a model's thresholds switch the rule off."""
    found_in: Callable[[Facts], Text] | None = None
    """(n,) where among several candidates the value was found, in plain words."""

    def holds(self, facts: Facts) -> Bool:
        """Where the comparison comes out true, (n,)."""
        value, limit = self.value(facts), self.limit(facts)
        if limit is None:
            return np.zeros(len(value), np.bool_)
        true: Bool = _COMPARE[self.comparison](value, limit)
        return true


@dataclass(frozen=True, slots=True)
class Rule(Generic[Facts]):
    """A rule's published name and what it decides.

    ``decide`` gets the facts of all notes and their labels so far, and gives each note's new status, or
    ``Status.NONE`` where the rule is silent.
    """

    name: str
    decide: Callable[[Facts, StatusArray], StatusArray]
    meaning: str
    """What the rule is for, in plain words, as the story of a note tells it."""
    version: str = "v1.0"
    locks: bool = False
    """Whether a note this rule decided last keeps its status for good after two weeks."""
    criteria: tuple[Criterion[Facts], ...] = ()
    """All of which must hold; empty where the rule is not made of comparisons."""
    asked_of: frozenset[Status] = frozenset(Status)
    """Labels of the notes that the criteria are held against."""

    def __str__(self) -> str:
        return f"{self.name} ({self.version})"


def rule_where(
    name: str,
    meaning: str,
    status: int | Callable[[Facts], int],
    *criteria: Criterion[Facts],
    asked_of: frozenset[Status] = frozenset(Status),
    locks: bool = False,
) -> Rule[Facts]:
    """The rule that gives ``status`` to notes with a label in ``asked_of`` for which all criteria hold."""
    # A label indexes its own place; NONE, which is -1, the last one.
    asked = np.array([code in asked_of for code in sorted(Status, key=lambda code: code % len(Status))])

    def decide(facts: Facts, label: StatusArray) -> StatusArray:
        where = asked[label]
        for criterion in criteria:
            where &= criterion.holds(facts)
        return say(status(facts) if callable(status) else status, where)

    return Rule(name, decide, meaning, locks=locks, criteria=criteria, asked_of=asked_of)


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

    def deciders(self) -> Text:
        """Every note's decider."""
        names = np.array([*self.rule_names, ""], TEXT)
        deciders: Text = names[self.decided_by]
        return deciders

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
