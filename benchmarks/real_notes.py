"""What the evaluator and admission make of real notes that people found helpful.

Run with ``python -m benchmarks real_notes``; the data are read from the folder named by NOTEWRIGHT_SHARED
(default ``../shared``). The notes are submitted in test mode on their real posts, and each share
that admission looks at stands next to what it demands.
"""

from __future__ import annotations

import gzip
import html
import json
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import wide_console
from harness.simulation.scenario import load_scenario
from harness.simulation.season import run_season

HELPFUL_NOTES = "data/posts/with-helpful-notes-2026.jsonl.gz"

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
        replay_real_notes(console, shared / HELPFUL_NOTES, Path(folder))
    return 0


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
