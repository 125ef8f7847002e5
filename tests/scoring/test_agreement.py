"""Two runs' outputs side by side: what counts as equal, as near, and as missing, and why runs differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl
import pytest

from scoring.agreement import Cause, Rows, Summary, compare, summarize
from scoring.errors import InputError
from tests.scoring import builders


def write_notes(folder: Path, rows: str, *, ending: str = "tsv") -> Path:
    folder.mkdir()
    text = "noteId\tcoreNoteIntercept\tfinalRatingStatus\tnumRatings\tcoreActiveRules\n" + rows
    tsv = folder / "scored_notes.tsv"
    tsv.write_text(text)
    if ending == "parquet":
        pl.read_csv(tsv, separator="\t").write_parquet(folder / "scored_notes.parquet")
        tsv.unlink()
    return folder


def test_measurements_by_distance_and_labels_by_equality(tmp_path: Path) -> None:
    ours = write_notes(
        tmp_path / "ours", "1\t0.5\tCRH\t5\t\n2\t0.25\tNMR\t6\t\n3\t\tNMR\t0\t\n4\t0.1\tNMR\t1\t\n"
    )
    theirs = write_notes(
        tmp_path / "theirs", "3\t\tNMR\t0\t\n2\t0.5\tCRNH\t6\t\n1\t0.5\tCRH\t5\t\n9\t0.9\tCRH\t9\t\n"
    )
    found = {result.column: result for result in compare(ours, theirs)}

    intercept = found["coreNoteIntercept"]
    assert (intercept.rows, intercept.both) == (3, 2)
    assert intercept.mean_distance == pytest.approx(0.125)
    assert intercept.max_distance == pytest.approx(0.25)
    assert intercept.equal is None
    assert found["finalRatingStatus"].equal == pytest.approx(2 / 3)
    assert found["numRatings"].equal == 1.0
    assert "coreActiveRules" not in found, "a column that neither side fills says nothing"


def test_tsv_and_parquet_spell_the_same_values(tmp_path: Path) -> None:
    rows = "1788000000000000001\t0.5\tCRH\t5\ta,b\n1788000000000000002\t0.1\tNMR\t7\t\n"
    ours = write_notes(tmp_path / "ours", rows)
    theirs = write_notes(tmp_path / "theirs", rows, ending="parquet")
    found = compare(ours, theirs)
    assert {result.rows for result in found} == {2}, "19-digit ids join exactly"
    assert all(result.equal in (None, 1.0) and result.max_distance in (None, 0.0) for result in found)


def test_a_value_on_one_side_is_counted_not_compared(tmp_path: Path) -> None:
    ours = write_notes(tmp_path / "ours", "1\t0.5\tCRH\t5\tGeneralCRH\n2\t\tNMR\t5\t\n")
    theirs = write_notes(tmp_path / "theirs", "1\t\tCRH\t5\t\n2\t0.3\tNMR\t5\t\n")
    found = {result.column: result for result in compare(ours, theirs, columns=("coreNoteIntercept",))}
    assert list(found) == ["coreNoteIntercept"]
    only = found["coreNoteIntercept"]
    assert (only.both, only.only_ours, only.only_theirs, only.mean_distance) == (0, 1, 1, None)


def test_folders_without_outputs_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no scoring output in common"):
        compare(tmp_path, tmp_path)


CRH, CRNH, NMR, FIRM_REJECT = (
    "CURRENTLY_RATED_HELPFUL",
    "CURRENTLY_RATED_NOT_HELPFUL",
    "NEEDS_MORE_RATINGS",
    "FIRM_REJECT",
)
MODELS = "MetaInitialNMR (v1.0),ExpansionPlusModel (v1.1),ExpansionModel (v1.1),CoreModel (v1.1)"
RULES = "InitialNMR (v1.0)"

Cells = Sequence[Mapping[str, object]]


def outputs(folder: Path, notes: Cells, people: Cells = ()) -> Path:
    """A run's scored notes and contributors as Parquet, some columns of some rows."""
    folder.mkdir()
    pl.DataFrame(notes, infer_schema_length=None).write_parquet(folder / "scored_notes.parquet")
    if people:
        pl.DataFrame(people, infer_schema_length=None).write_parquet(folder / "helpfulness_scores.parquet")
    return folder


def note(number: int, **changed: object) -> dict[str, object]:
    return {
        "noteId": number,
        "coreNoteIntercept": 0.1,
        "coreNoteFactor1": 0.1,
        "coreRatingStatus": NMR,
        "coreActiveRules": RULES,
        "finalRatingStatus": NMR,
        "metaScorerActiveRules": MODELS,
        "decidedBy": "CoreModel (v1.1)",
        "firstTag": None,
        "activeFilterTags": None,
        "gaussianRatingStatus": None,
    } | changed


def shares(summary: Summary) -> dict[str, tuple[int, int]]:
    return {share.what: (share.rows, share.equal) for share in summary.shares}


def test_a_final_status_counts_where_a_model_of_ours_decided_theirs(tmp_path: Path) -> None:
    later = f"{MODELS},NmrDueToMinStableCrhTime (v1.0),ScoringDriftGuard (v1.0)"
    foreign = f"{MODELS},GaussianModel (v1.0),NmrDueToMinStableCrhTime (v1.0)"
    ours = outputs(tmp_path / "ours", [note(n) for n in range(4)])
    theirs = outputs(
        tmp_path / "theirs",
        [
            note(0),
            note(1, metaScorerActiveRules=later, finalRatingStatus=CRH),
            note(2, metaScorerActiveRules=foreign, finalRatingStatus=CRH, gaussianRatingStatus=CRH),
            note(3, metaScorerActiveRules=later),
        ],
    )
    summary = summarize(ours, theirs)
    assert shares(summary)["final status"] == (4, 2)
    assert shares(summary)["final status where a model of ours decided theirs"] == (3, 2)
    assert summary.not_ours == ("gaussianRatingStatus",)


def test_empty_on_both_sides_is_equal_and_on_one_side_is_not(tmp_path: Path) -> None:
    nothing = {"coreRatingStatus": None}
    ours = outputs(tmp_path / "ours", [note(0, **nothing), note(1, **nothing), note(2)])
    theirs = outputs(tmp_path / "theirs", [note(0, **nothing), note(1), note(2), note(3), note(4)])
    summary = summarize(ours, theirs)
    assert summary.rows == (Rows("scored_notes", both=3, only_ours=0, only_theirs=2),)
    assert shares(summary)["core status"] == (3, 2)
    assert [share.share for share in summary.shares if share.what == "core status"] == [2 / 3]


def test_tags_are_compared_where_the_status_behind_them_is_equal(tmp_path: Path) -> None:
    ours = outputs(
        tmp_path / "ours",
        [note(0, firstTag="helpfulClear"), note(1, firstTag="helpfulClear", finalRatingStatus=CRH)],
    )
    theirs = outputs(
        tmp_path / "theirs",
        [note(0, firstTag="helpfulOther"), note(1, activeFilterTags="notHelpfulIncorrect")],
    )
    found = shares(summarize(ours, theirs))
    assert found["explanation tags where the final status is equal"] == (1, 0)
    assert found["filter tags where the core status is equal"] == (2, 1)


def status(status: str, rules: str, **changed: object) -> dict[str, object]:
    return {"coreRatingStatus": status, "coreActiveRules": f"{RULES},{rules}"} | changed


@pytest.mark.parametrize(
    ("ours", "theirs", "reason", "near"),
    [
        (
            {},
            status(CRH, "GeneralCRH (v1.0)", coreNoteIntercept=0.405),
            "GeneralCRH only theirs",
            1,
        ),
        ({}, status(CRH, "GeneralCRH (v1.0)", coreNoteIntercept=0.42), "GeneralCRH only theirs", 0),
        (
            status(FIRM_REJECT, "RejectLowIntercept (v1.0)"),
            {"coreNoteIntercept": 0.309},
            "RejectLowIntercept only ours",
            1,
        ),
        (
            # the first rule in order made the difference, the others follow from it
            status(CRNH, "GeneralCRNH (v1.0)"),
            status(FIRM_REJECT, "RejectLowIntercept (v1.0)", coreNoteIntercept=-0.205, coreNoteFactor1=-0.2),
            "GeneralCRNH only ours",
            1,
        ),
        (
            status(CRH, "GeneralCRH (v1.0)"),
            status(FIRM_REJECT, "GeneralCRH (v1.0),FilterLargeFactor (v1.0)", coreNoteFactor1=-0.505),
            "FilterLargeFactor only theirs",
            1,
        ),
        ({}, status(CRNH, "RatioCRNH (v1.0)"), "RatioCRNH only theirs", None),
        (
            {"coreRatingStatus": None, "coreActiveRules": None},
            {},
            "the model decides the note in theirs only",
            None,
        ),
    ],
)
def test_a_difference_is_told_by_the_first_rule_that_made_it(
    ours: dict[str, object], theirs: dict[str, object], reason: str, near: int | None, tmp_path: Path
) -> None:
    mine = outputs(tmp_path / "ours", [note(0), note(1, **ours)])
    other = outputs(tmp_path / "theirs", [note(0), note(1, **theirs)])
    causes = [cause for cause in summarize(mine, other).causes if cause.what == "coreRatingStatus"]
    assert causes == [Cause("coreRatingStatus", reason, 1, near, ("1",))]


def person(name: str, **changed: object) -> dict[str, object]:
    return {
        "raterParticipantId": name,
        "aboveHelpfulnessThreshold": True,
        "raterAgreeRatio": 0.7,
        "meanNoteScore": None,
        "successfulRatingTotal": 7.0,
        "enrollmentState": 0,
    } | changed


def test_who_is_heard_in_one_run_alone_and_why(tmp_path: Path) -> None:
    ours = outputs(tmp_path / "ours", [note(0)], [person(name) for name in "ABCD"])
    theirs = outputs(
        tmp_path / "theirs",
        [note(0)],
        [
            person("A"),
            person("B", aboveHelpfulnessThreshold=False, raterAgreeRatio=0.655),
            person("C", aboveHelpfulnessThreshold=False),
            person("D", aboveHelpfulnessThreshold=None),
        ],
    )
    summary = summarize(ours, theirs)
    assert shares(summary)["above the helpfulness threshold"] == (4, 1)
    assert {(cause.reason, cause.rows, cause.near) for cause in summary.causes} == {
        ("raterAgreeRatio on another side of 0.66", 1, 1),
        ("penalties for calling harassing notes helpful", 1, None),
        ("judged by one run alone", 1, None),
    }


def test_counts_are_compared_where_the_statuses_behind_them_are_equal(tmp_path: Path) -> None:
    """0000 wrote both notes, 0001 rated the note whose status differs, 0002 the other."""
    some_notes = builders.notes(2)
    first, second = some_notes.note_id.tolist()
    data = builders.tables(some_notes, builders.ratings([0, 1], [1, 2], [2, 2]), people=3)
    people = [person(name) for name in data.participant_ids]
    ours = outputs(tmp_path / "ours", [note(first), note(second)], people)
    theirs = outputs(
        tmp_path / "theirs",
        [note(first, finalRatingStatus=CRH), note(second)],
        [one | {"successfulRatingTotal": 9.0} for one in people[:2]] + people[2:],
    )
    assert shares(summarize(ours, theirs))["impact counts"] == (3, 1)
    found = shares(summarize(ours, theirs, tables=data))
    assert found["impact counts where all statuses behind them are equal"] == (1, 1)
    assert found["enrollment where all statuses behind them are equal"] == (1, 1)
