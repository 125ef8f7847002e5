"""Abilities beside writing and feeds that a writer's record earns."""

from __future__ import annotations

from typing import Final

from harness.eligibility.gates import GateCheck, check_gate
from harness.eligibility.measures import Measures
from harness.eligibility.ruleset import RuleSet

SCORING_STATUS: Final = "scoring_status"
MEDIA_NOTES: Final = "media_notes"


def check_abilities(measures: Measures, rules: RuleSet) -> tuple[GateCheck, ...]:
    """Every ability published by then, under the names of the rule files."""
    gates = ((SCORING_STATUS, rules.scoring_status), (MEDIA_NOTES, rules.media_notes))
    return tuple(check_gate(name, gate.requires, measures, rules) for name, gate in gates if gate is not None)
