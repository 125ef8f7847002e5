"""Abilities that are earned: requirements held against a writer's record."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from harness.eligibility.measures import Measures
from harness.eligibility.ruleset import Requirement, RuleSet


@dataclass(frozen=True, slots=True)
class RequirementCheck:
    """A requirement held against a record."""

    requirement: Requirement
    value: Fraction
    holds: bool


@dataclass(frozen=True, slots=True)
class GateCheck:
    """An ability and each of its requirements; without requirements it is open to all."""

    name: str
    checks: tuple[RequirementCheck, ...]

    @property
    def open(self) -> bool:
        return all(check.holds for check in self.checks)


def check_gate(name: str, requires: tuple[Requirement, ...], measures: Measures, rules: RuleSet) -> GateCheck:
    """Every requirement of an ability against a record."""
    checks = []
    for requirement in requires:
        value = measures.of_gate(requirement.measure, rules.long_term_hit_rate)
        checks.append(RequirementCheck(requirement, value, requirement.holds(value)))
    return GateCheck(name, tuple(checks))
