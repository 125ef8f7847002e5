"""Rule files: what is in force when, and what a broken file says."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path

import pytest

from harness.eligibility import rules_at, versions
from harness.eligibility.ruleset import load_versions
from writers.errors import BadInputError, UserError

PUBLISHED = [
    ("2025-07-17", set()),
    ("2025-08-28", {"admission", "limit_exceptions", "long_term_hit_rate", "writing_limit"}),
    ("2025-09-05", {"long_term_hit_rate"}),
    ("2025-09-09", {"long_term_hit_rate", "writing_limit"}),
    ("2025-11-18", {"large"}),
    ("2025-12-18", {"writing_limit", "large"}),
    ("2026-02-12", {"xl"}),
    ("2026-02-18", {"feed_language"}),
    ("2026-03-05", {"long_term_hit_rate", "writing_limit", "large"}),
    ("2026-03-27", {"xxl", "scoring_status"}),
    ("2026-04-23", {"media_notes"}),
]


def test_every_published_version_ships() -> None:
    assert [(str(v.since), {name for name, _ in v.sections()}) for v in versions()] == PUBLISHED


def test_each_section_has_its_own_history() -> None:
    rules = rules_at(date(2026, 2, 20))
    assert {source.section: str(source.since) for source in rules.sources} == {
        "admission": "2025-08-28",
        "limit_exceptions": "2025-08-28",
        "long_term_hit_rate": "2025-09-09",
        "writing_limit": "2025-12-18",
        "large": "2025-12-18",
        "xl": "2026-02-12",
        "feed_language": "2026-02-18",
    }
    assert rules.scoring_status is None
    assert rules.media_notes is None


def test_a_feed_on_the_terms_of_another_follows_it() -> None:
    before, after = rules_at(date(2026, 3, 4)), rules_at(date(2026, 3, 5))
    assert before.feeds["xl"] == before.feeds["large"] != after.feeds["large"] == after.feeds["xl"]


def test_numbers_are_read_exactly() -> None:
    rules = rules_at(date(2026, 5, 1))
    assert [line.below for line in rules.writing_limit.lines[:-1]] == [Fraction(n, 20) for n in (1, 2, 3, 4)]
    assert rules.scoring_status is not None
    assert rules.scoring_status.neutral_factor_within == Fraction(15, 100)


def test_a_time_is_its_day_in_utc() -> None:
    midnight = int(datetime(2026, 3, 5, tzinfo=UTC).timestamp() * 1000)
    assert rules_at(midnight) == rules_at(date(2026, 3, 5))
    assert rules_at(midnight - 1) == rules_at(date(2026, 3, 4))


@pytest.mark.parametrize("day", [date(2025, 7, 20), date(2020, 1, 1)])
def test_before_the_first_rules_there_is_nothing_to_go_by(day: date) -> None:
    with pytest.raises(UserError, match="choose a day from 2025-08-28 on"):
        rules_at(day)


HEAD = 'since = 2026-01-01\ndocument = "d"\nsummary = "s"\n'
LIMIT = '[writing_limit]\ncommits = ["c"]\nfloor = 5\ntimes_daily_average = 5\n'


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("since = ", "is not readable TOML"),
        (HEAD + 'colour = "red"\n', "field 'colour'"),
        (HEAD.replace("2026-01-01", "2026-01-02"), "must be named 2026-01-02.toml"),
        (HEAD + LIMIT, "field 'writing_limit.lines'"),
        (
            HEAD + LIMIT + '[[writing_limit.lines]]\nof = "HR_L"\nslope = 1\nbelow = 0.5\n',
            "every line but the last",
        ),
        (
            HEAD
            + LIMIT
            + "".join(
                f'[[writing_limit.lines]]\nof = "HR_L"\nslope = 1\n{below}\n'
                for below in ("below = 0.5", "below = 0.4", "")
            ),
            "must rise",
        ),
        (HEAD + LIMIT + '[[writing_limit.lines]]\nof = "HR_X"\nslope = 1\n', "writing_limit.lines.0.of"),
        (HEAD + '[feeds.large]\ncommits = ["c"]\n', "needs either requires or terms_of"),
        (HEAD + '[feeds.xl]\ncommits = ["c"]\nterms_of = "xl"\n', "must name a smaller feed"),
        (
            HEAD
            + '[media_notes]\ncommits = ["c"]\n'
            + '[[media_notes.requires]]\nmeasure = "T"\nat_least = 1\nat_most = 2\n',
            "needs either at_least or at_most",
        ),
        (
            HEAD
            + '[media_notes]\ncommits = ["c"]\n[[media_notes.requires]]\nmeasure = "T"\nat_least = "1"\n',
            "number",
        ),
    ],
)
def test_a_broken_rule_file_is_told_with_file_and_field(tmp_path: Path, content: str, told: str) -> None:
    (tmp_path / "2026-01-01.toml").write_text(content, encoding="utf-8")
    with pytest.raises(BadInputError, match=r"2026-01-01\.toml") as caught:
        load_versions(tmp_path)
    assert told in str(caught.value)
