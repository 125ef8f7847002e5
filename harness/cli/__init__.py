"""The `notewright` command: one file a command group, each importing what it needs only when it runs."""

from harness.cli.app import main

__all__ = ["main"]
