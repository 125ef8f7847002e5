"""Eligibility: what a writer may do today under X's published rules of any date, exactly, and why."""

from harness.eligibility.assessment import Eligibility, assess
from harness.eligibility.explain import EligibilityDocument, Explanation
from harness.eligibility.measures import Measures, NoteRecord
from harness.eligibility.ruleset import RuleSet, RuleVersion, rules_at, versions

__all__ = [
    "Eligibility",
    "EligibilityDocument",
    "Explanation",
    "Measures",
    "NoteRecord",
    "RuleSet",
    "RuleVersion",
    "assess",
    "rules_at",
    "versions",
]
