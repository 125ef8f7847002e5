"""The command line's front door: which commands there are, and how failures are told.

Exit status: 0 done, 1 the answer is no (a check failed, not eligible), 2 wrong usage or bad input.
"""

from __future__ import annotations

import sys
from importlib import metadata
from typing import Annotated

import typer

from harness.cli.accounts import app as accounts
from harness.cli.agreement import agreement
from harness.cli.compare import compare
from harness.cli.console import ANSWER_IS_NO, BAD_INPUT, INTERRUPTED, complain
from harness.cli.eligibility import eligibility
from harness.cli.evaluate import evaluate
from harness.cli.feed import app as feed
from harness.cli.journal import app as journal
from harness.cli.new import new
from harness.cli.score import score
from harness.cli.serve import serve
from harness.cli.simulate import simulate
from harness.cli.why import why
from harness.cli.write import write
from harness.cli.writers_group import check, list_writers
from scoring.errors import ScoringError
from writers.errors import ApiError, NotewrightError

app = typer.Typer(
    name="notewright",
    help="Write an AI Community Notes writer, prove it on your own machine, run the same writer on X.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command("simulate")(simulate)
app.command("compare")(compare)
app.command("serve")(serve)
app.command("new")(new)
app.command("writers")(list_writers)
app.command("check")(check)
app.command("write")(write)
app.command("eligibility")(eligibility)
app.command("evaluate")(evaluate)
app.command("score")(score)
app.command("why")(why)
app.command("agreement")(agreement)
app.add_typer(accounts, name="accounts")
app.add_typer(journal, name="journal")
app.add_typer(feed, name="feed")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"notewright {metadata.version('notewright')}")
        raise typer.Exit


@app.callback()
def notewright(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and leave."),
    ] = False,
) -> None:
    """Write an AI Community Notes writer, prove it on your own machine, run the same writer on X."""


def main() -> None:
    """Run the command and leave with its exit status."""
    try:
        app()
    except (NotewrightError, ScoringError) as error:
        complain(str(error))
        sys.exit(ANSWER_IS_NO if isinstance(error, ApiError) else BAD_INPUT)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        sys.exit(ANSWER_IS_NO)
