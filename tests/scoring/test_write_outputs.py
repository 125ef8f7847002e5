"""The output files: published names and spelling, whole or not at all, read back by the next round."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import scoring
from scoring.errors import OutputError
from scoring.models.configurations import MODELS
from scoring.outputs.columns import FINAL_OUTPUTS, PRESCORING_OUTPUTS, OutputFile
from scoring.outputs.write import Format
from scoring.scored import Scored
from scoring.statuses import CRH, NONE
from scoring.tables import RaterClusters, Tables
from scoring.tables.columns import STATUS_HISTORY
from tests.scoring.builders import HOUR_MS, START_MS, crowd
from tests.scoring.public_files import input_texts, write

NOW_MS = START_MS + 3 * 24 * HOUR_MS


@pytest.fixture(scope="module")
def round_two() -> tuple[Tables, Scored]:
    """A crowd's notes after two rounds, so that some are Helpful; two raters are known to act as one."""
    tables = crowd(3)
    quasi_clique = np.zeros(len(tables.participant_ids), np.int32)
    quasi_clique[[4, 2]] = 1
    clusters = RaterClusters(np.zeros_like(quasi_clique), quasi_clique)
    sampled = np.arange(len(tables.ratings)) % 7 == 0
    tables = replace(tables, clusters=clusters, ratings=replace(tables.ratings, population_sampled=sampled))
    first = scoring.score(tables, as_of_ms=NOW_MS)
    tables = replace(tables, status_history=first.status_history)
    return tables, scoring.final_score(tables, first.prescoring, as_of_ms=NOW_MS + 2 * HOUR_MS)


def read(folder: Path, stem: str) -> pl.DataFrame:
    """A text file as it is, every cell a text or null."""
    return pl.read_csv(folder / f"{stem}.tsv", separator="\t", quote_char=None, infer_schema=False)


def check_files(folder: Path, files: tuple[OutputFile, ...], written: list[Path]) -> None:
    assert sorted(path.name for path in folder.iterdir()) == sorted(path.name for path in written)
    assert {path.name for path in written} == {
        f"{file.stem}.{suffix}" for file in files for suffix in ("tsv", "parquet")
    }
    for file in files:
        table = pl.read_parquet(folder / f"{file.stem}.parquet")
        assert dict(table.schema) == {name: kind() for name, kind in file.types.items()}
        text = read(folder, file.stem)
        assert tuple(text.columns) == file.names
        assert text.height == table.height > 0
        for name in file.names:
            assert text[name].is_null().equals(table[name].is_null()), name
            if table[name].dtype.is_numeric():
                numbers = text[name].cast(pl.Float64)
                close = (numbers - table[name].cast(pl.Float64)).abs() <= 1e-6 * numbers.abs()
                assert close.fill_null(True).all(), name


def test_the_four_outputs_in_both_formats(tmp_path: Path, round_two: tuple[Tables, Scored]) -> None:
    tables, scored = round_two
    written = scoring.write_outputs(scored, tables, tmp_path / "new", formats=("tsv", "parquet"))
    check_files(tmp_path / "new", FINAL_OUTPUTS, written)
    assert [file.stem for file in FINAL_OUTPUTS] == [
        "scored_notes",
        "helpfulness_scores",
        "note_status_history",
        "aux_note_info",
    ]
    assert [len(file.types) for file in FINAL_OUTPUTS] == [99, 47, 24, 72]


def test_the_two_outputs_of_prescoring(tmp_path: Path, round_two: tuple[Tables, Scored]) -> None:
    _, scored = round_two
    prescoring = scored.prescoring
    written = scoring.write_prescoring_outputs(prescoring, tmp_path, formats=("tsv", "parquet"))
    check_files(tmp_path, PRESCORING_OUTPUTS, written)

    raters = pl.read_parquet(tmp_path / "prescoring_rater_model_output.parquet")
    notes = pl.read_parquet(tmp_path / "prescoring_note_model_output.parquet")
    names = [model.name for model in MODELS]
    assert raters["scorerName"].unique(maintain_order=True).to_list() == [*names, None]
    assert notes["scorerName"].unique(maintain_order=True).to_list() == names
    for name, model in prescoring.models.items():
        mine = raters.filter(pl.col("scorerName") == name)
        assert mine.height == np.count_nonzero(model.listed)
        assert mine["raterParticipantId"].is_sorted()
        assert mine["internalRaterFactor1"].drop_nulls().len() == model.raters
        assert mine["successfulRatingHelpfulCount"].sum() == model.successful_helpful.sum()
        fitted = notes.filter(pl.col("scorerName") == name)
        assert fitted.height == model.notes
        assert not fitted["internalNoteIntercept"].has_nulls()
    clustered = raters.filter(pl.col("scorerName").is_null())
    assert clustered["raterParticipantId"].to_list() == ["0002", "0004"]
    assert clustered["quasiCliqueValue"].to_list() == [1, 1]
    assert clustered["postSelectionValue"].to_list() == [None, None]


def test_notes(tmp_path: Path, round_two: tuple[Tables, Scored]) -> None:
    tables, scored = round_two
    scoring.write_outputs(scored, tables, tmp_path)
    notes = read(tmp_path, "scored_notes")
    assert notes["noteId"].to_list() == [str(note) for note in scored.note_id.tolist()]
    helpful = int(np.flatnonzero(scored.status == CRH)[0])
    row = notes.row(helpful, named=True)
    assert row["finalRatingStatus"] == "CURRENTLY_RATED_HELPFUL"
    assert (row["firstTag"], row["secondTag"]) == ("helpfulClear", "helpfulGoodSources")
    assert row["coreActiveRules"] == "InitialNMR (v1.0),GeneralCRH (v1.0)"
    assert row["metaScorerActiveRules"] == scored.verdict.active_rules(helpful)
    assert row["decidedBy"] == "NmrDueToMinStableCrhTime (v1.0)"
    assert (row["rescoringActiveRules"], row["noteTopic"]) == ("ALL_NOTES", None)
    for model in MODELS:
        result = scored.models[model.name]
        prefix = model.column_prefix
        assert row[f"{prefix}RatingStatus"] == "CURRENTLY_RATED_HELPFUL"
        for name, values in (
            ("NoteIntercept", result.intercept),
            ("NoteFactor1", result.factor),
            ("NoteInterceptNoHighVol", result.facts.no_high_volume_intercept),
            ("NoteInterceptNoCorrelated", result.facts.no_correlated_intercept),
        ):
            assert np.float32(row[f"{prefix}{name}"]) == values[helpful], name
        assert float(row[f"{prefix}NumFinalRoundRatings"]) == result.final_round_ratings[helpful]
    sampled = notes["coreNoteInterceptPopulationSampled"].cast(pl.Float32).to_numpy()
    assert np.array_equal(sampled, scored.core.population_sampled_intercept, equal_nan=True)
    assert not np.isnan(sampled).all()
    assert np.float32(row["coreNoteInterceptMin"]) == scored.core.lowest_intercept[helpful]
    assert row["expansionNoteInterceptMin"] is None

    missing = ("group", "multiGroup", "topicNote", "topicRating", "coverage", "gaussian", "pflip", "modeling")
    for name in notes.columns:
        if name.startswith(missing):
            assert notes[name].null_count() == notes.height, name


def test_a_model_is_silent_about_notes_it_does_not_decide(
    tmp_path: Path, round_two: tuple[Tables, Scored]
) -> None:
    tables, scored = round_two
    core = scored.core
    captured = np.arange(len(scored)) % 2 == 0
    halved = replace(core, captured=captured, status=np.where(captured, core.status, np.int8(NONE)))
    scoring.write_outputs(replace(scored, models={**scored.models, "MFCoreScorer": halved}), tables, tmp_path)
    notes, aux = read(tmp_path, "scored_notes"), read(tmp_path, "aux_note_info")
    for name in notes.columns:
        if name.startswith("core") and not name.startswith("coreWithTopics"):
            assert notes[name].is_null().to_numpy()[~captured].all(), name
            assert not notes[name].is_null().to_numpy()[captured].all(), name
    assert aux["ratingWeight"].is_null().to_numpy().tolist() == (~captured).tolist()
    silent = np.flatnonzero(~captured).tolist()
    for side in ("Neg", "Pos"):
        counts = aux[f"core{side}Factor_populationSampledRatingCount"]
        assert set(counts.gather(silent)) == {"0"} != set(counts)


def test_contributors(tmp_path: Path, round_two: tuple[Tables, Scored]) -> None:
    tables, scored = round_two
    scoring.write_outputs(scored, tables, tmp_path)
    people = read(tmp_path, "helpfulness_scores")
    assert people["raterParticipantId"].is_sorted()
    assert people["notesCurrentlyRatedHelpful"].cast(pl.Float64).sum() == np.count_nonzero(
        scored.status == CRH
    )
    for model in MODELS:
        factors = people[f"{model.column_prefix}RaterFactor1"]
        assert factors.drop_nulls().len() == scored.prescoring.models[model.name].raters
    assert set(people["aboveHelpfulnessThreshold"].drop_nulls()) <= {"True", "False"}
    rater, writer = people.row(0, named=True), people.row(-1, named=True)
    assert (rater["notesAwaitingMoreRatings"], rater["authorTopNotHelpfulTagValues"]) == (None, None)
    assert (writer["successfulRatingTotal"], writer["aboveHelpfulnessThreshold"] is None) == (None, False)
    assert (rater["crhTotal14d"], rater["enrollmentState"], rater["timestampOfLastEarnOut"]) == (
        "0",
        "0",
        "1.0",
    )
    assert writer["authorTopNotHelpfulTagValues"] == "1,4"


def test_counts_and_sampled_ratings(tmp_path: Path, round_two: tuple[Tables, Scored]) -> None:
    tables, scored = round_two
    scoring.write_outputs(scored, tables, tmp_path)
    aux = read(tmp_path, "aux_note_info")
    assert aux["helpfulClear"].cast(pl.Int64).to_list() == scored.helpful_tags[:, 2].tolist()
    assert set(aux["crhBool"]) == {"True", "False"}
    assert (aux["crhBool"] == "True").to_list() == (scored.status == CRH).tolist()
    by_side = [
        aux[f"core{side}Factor_populationSampledRatingCount"].cast(pl.Int64).to_numpy()
        for side in ("Neg", "Pos")
    ]
    assert np.array_equal(np.stack(by_side), scored.core.facts.sides.sampled)
    weight = aux["ratingWeight"].cast(pl.Float64).to_numpy()
    assert np.allclose(weight, scored.core.facts.tags.weight, rtol=1e-6)
    asked = aux["num_voters_interval"].cast(pl.Float64).fill_null(0).to_numpy()
    assert np.array_equal(asked, scored.core.facts.incorrect.voters)


def test_the_next_round_reads_the_history_back(tmp_path: Path) -> None:
    folder = write(tmp_path / "input", input_texts(notes=6, raters=12))
    tables = scoring.read_tables(folder)
    scored = scoring.score(tables, as_of_ms=NOW_MS)
    scoring.write_outputs(scored, tables, tmp_path / "output")
    (tmp_path / "output" / "note_status_history.tsv").rename(folder / f"{STATUS_HISTORY.stem}-00000.tsv")
    again = scoring.read_tables(folder).status_history
    for name in again.__slots__:
        assert np.array_equal(getattr(again, name), getattr(scored.status_history, name)), name


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """The system lets no file grow beyond so many bytes: a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("suffix", ["tsv", "parquet"])
def test_a_full_disk_leaves_the_files_of_the_round_before(
    tmp_path: Path, round_two: tuple[Tables, Scored], suffix: Format
) -> None:
    tables, scored = round_two
    scoring.write_outputs(scored, tables, tmp_path, formats=(suffix,))
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    smallest, *_, largest = sorted(len(text) for text in before.values())
    with (
        largest_file((smallest + largest) // 2),
        pytest.raises(OutputError, match=r"cannot write the outputs .* that can be written and has room"),
    ):
        scoring.write_outputs(scored, tables, tmp_path, formats=(suffix,))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_nothing_is_left_where_a_name_is_taken(tmp_path: Path, round_two: tuple[Tables, Scored]) -> None:
    tables, scored = round_two
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(
        OutputError, match=r"file: cannot write the outputs \(File exists\); name a directory"
    ):
        scoring.write_outputs(scored, tables, blocked)
    output = tmp_path / "output"
    (output / "helpfulness_scores.tsv").mkdir(parents=True)
    with pytest.raises(OutputError, match=r"helpfulness_scores\.tsv is a directory"):
        scoring.write_outputs(scored, tables, output)
    assert [path.name for path in output.iterdir()] == ["helpfulness_scores.tsv"]
