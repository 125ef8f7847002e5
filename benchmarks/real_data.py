"""What the parts make of real public data: the scorer next to the official one, the evaluator on real notes.

Run with ``python -m benchmarks.real_data``; the data are read from the folder named by NOTEWRIGHT_SHARED
(default ``../shared``). Rivals: the official scorer's own output on the same ratings, and its output with
another seed; the admission criteria for notes that people found helpful.
"""

from __future__ import annotations

import gzip
import html
import json
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.table import Table

import scoring
from benchmarks import wide_console
from harness.simulation.scenario import load_scenario
from harness.simulation.season import run_season
from scoring.agreement import ColumnAgreement, compare

GOLDEN_AS_OF_MS = 1_782_864_000_000
GOLDEN = "golden/birdwatch-2021"
HELPFUL_NOTES = "data/posts/with-helpful-notes-2026.jsonl.gz"
COLUMNS = ("coreNoteIntercept", "coreNoteFactor1", "coreRatingStatus", "finalRatingStatus")

SCENARIO = """
name = "real notes"
days = 2
warm_up_days = 0
[posts]
feed = '{feed}'
eligible_hours = 48.0
[people]
notes_per_day = 0
[admission]
draw_probability = 0
[[writers]]
name = "replay"
plugin = "replay"
options = {{ drafts = '{drafts}' }}
passes_per_day = 24
posts_per_pass = 1000
"""


def main() -> int:
    shared = Path(os.environ.get("NOTEWRIGHT_SHARED", "../shared")).resolve()
    if not shared.is_dir():
        print(
            f"no public data at {shared}; set NOTEWRIGHT_SHARED to the folder that holds them",
            file=sys.stderr,
        )
        return 2
    console = wide_console()
    with tempfile.TemporaryDirectory() as folder:
        score_real_ratings(console, shared / GOLDEN, Path(folder))
        replay_real_notes(console, shared / HELPFUL_NOTES, Path(folder))
    return 0


def score_real_ratings(console: Console, golden: Path, folder: Path) -> None:
    """Our scores of the real ratings of 2021, and how far the official scorer is from itself."""
    began = time.process_time()
    tables = scoring.read_tables(golden / "input")
    scored = scoring.score(tables, as_of_ms=GOLDEN_AS_OF_MS, pseudo_raters=False)
    seconds = time.process_time() - began
    scoring.write_outputs(scored, tables, folder / "ours")
    table = Table(title=f"{len(tables.ratings):,} real ratings, {seconds:.1f} s of CPU (official: 174 s)")
    for heading in ("", "notes in both", "equal", "mean distance", "max distance", "correlation"):
        table.add_column(heading, justify="left" if not heading else "right")
    runs = {
        "ours": compare(folder / "ours", golden / "expected", columns=COLUMNS),
        "official, other seed": compare(
            golden / "expected-second-seed", golden / "expected", columns=COLUMNS
        ),
    }
    for name, found in runs.items():
        for result in found:
            if result.file == "scored_notes":
                table.add_row(f"{result.column}, {name}", *figures(result))
    console.print(table)


def figures(result: ColumnAgreement) -> tuple[str, ...]:
    return (
        f"{result.both:,}",
        "" if result.equal is None else f"{100 * result.equal:.2f} %",
        "" if result.mean_distance is None else f"{result.mean_distance:.5f}",
        "" if result.max_distance is None else f"{result.max_distance:.4f}",
        "" if result.correlation is None else f"{result.correlation:.5f}",
    )


def replay_real_notes(console: Console, feed: Path, folder: Path) -> None:
    """Notes that people found helpful, submitted in test mode on their real posts."""
    drafts = folder / "drafts.jsonl"
    with gzip.open(feed, "rt", encoding="utf-8") as lines, drafts.open("w", encoding="utf-8") as out:
        for line in lines:
            post = json.loads(line)
            # The data spell a line break as two spaces and & as its reference, which lengthens a note.
            text = " ".join(html.unescape(post["helpful_note"]["text"]).split())
            out.write(json.dumps({"post_id": int(post["id"]), "text": text}) + "\n")
    file = folder / "real.toml"
    file.write_text(SCENARIO.format(feed=feed, drafts=drafts), encoding="utf-8")
    result = run_season(load_scenario(file))
    writer = result.writers[0]
    table = Table(title=f"{result.posts} real posts: {writer.attempts}; links: {result.link_checks}")
    for heading in ("criterion, newest 50 notes", "share", "demanded", "all notes"):
        table.add_column(heading, justify="left" if heading.startswith("criterion") else "right")
    buckets = Counter(f"{name} {bucket}" for note in result.notes for name, bucket in note.evaluation.items())
    evaluated = sum(bool(note.evaluation) for note in result.notes)
    for criterion in writer.admission.criteria:
        bound = "at least" if criterion.at_least else "at most"
        table.add_row(
            criterion.name,
            f"{100 * criterion.share:.0f} %",
            f"{bound} {100 * criterion.demanded:g} %",
            f"{100 * buckets[criterion.name] / evaluated:.1f} %",
        )
    console.print(table)
    scores = sorted(note.claim_opinion_score for note in result.notes if note.claim_opinion_score is not None)
    middle = {share: scores[int(share * (len(scores) - 1))] for share in (0.05, 0.25, 0.5, 0.75, 0.95)}
    console.print("claim_opinion_score:", ", ".join(f"{100 * s:.0f} % {v:+.2f}" for s, v in middle.items()))
    verdict = "qualifies" if writer.admission.qualifies else "does not qualify"
    console.print(f"Verdict: {verdict}. {' '.join(writer.admission.reasons)}")
    for event in result.events[:5]:
        console.print(f"  {event}", highlight=False)


if __name__ == "__main__":
    sys.exit(main())
