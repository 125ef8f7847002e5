"""Which feeds a writer may ask for (`post_selection`), and what holds the others closed."""

from __future__ import annotations

from harness.eligibility.gates import GateCheck, check_gate
from harness.eligibility.measures import Measures
from harness.eligibility.ruleset import BASE_FEED, RuleSet


def check_feeds(measures: Measures, rules: RuleSet) -> tuple[GateCheck, ...]:
    """Every feed published by then, smallest first; the base feed requires nothing.

    These are the feeds for live notes: in test mode only the base feed is open, whatever the record.
    """
    earned = (check_gate(name, requires, measures, rules) for name, requires in rules.feeds.items())
    return (GateCheck(BASE_FEED, ()), *earned)
