"""From nothing to a plugin with accepted test notes: the commands that are printed, typed as they stand.

The machine is as clean as one without a network can be: an environment of its own, into which this project
is installed as the wheel it is published as; only the packages it depends on are borrowed from the tests'
environment. The server takes a free port in place of the usual one, which other tests may want meanwhile.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from writers.auth import OAUTH1_VARIABLES

PROJECT = Path(__file__).resolve().parent.parent
PATIENCE_S = 240
NO_NETWORK = "pip install --quiet --no-deps --no-build-isolation --disable-pip-version-check"
MAX_COMMANDS = 5
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass
class Machine:
    """A user's home with an environment in it, one terminal, and a server in another once it is started."""

    home: Path
    environment: dict[str, str]
    """What the terminal's shell has exported; a command may add to it."""
    url: str = ""
    servers: list[subprocess.Popen[str]] = field(default_factory=list)

    def type(self, command: str, *, folder: str = ".") -> str:
        """What a command says; it must succeed."""
        command = re.sub(r"^pip install", NO_NETWORK, command).replace(
            "--target local", f"--target {self.url}"
        )
        if command.startswith("notewright journal "):
            command += f" --target {self.url}"
        exported = self.home / ".exported"
        ran = subprocess.run(
            ["bash", "-c", f"{command}\nended=$?; env -0 > '{exported}'; exit $ended"],
            cwd=self.home / folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        # The answer of `eligibility` is no, with status 1, until a writer is admitted.
        answered = (0, 1) if command.startswith("notewright eligibility") else (0,)
        assert ran.returncode in answered, f"{command}\n{ran.stdout}{ran.stderr}"
        variables = exported.read_text(encoding="utf-8").rstrip("\0").split("\0")
        self.environment = dict(variable.split("=", 1) for variable in variables)
        return ran.stdout + ran.stderr

    def serve(self, command: str) -> None:
        server = subprocess.Popen(
            ["bash", "-c", f"exec {command} --port 0 --json"],
            cwd=self.home,
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.servers.append(server)
        assert server.stdout is not None
        lines: list[str] = []
        for line in server.stdout:
            lines.append(line)
            if line.rstrip() == "}":
                break
        self.url = json.loads("".join(lines))["url"]


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    home = tmp_path_factory.mktemp("home")
    environment = home / ".venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    (packages,) = environment.glob("lib/python*/site-packages")
    borrowed = sysconfig.get_path("purelib")
    (packages / "borrowed.pth").write_text(f"import site; site.addsitedir({borrowed!r})\n")
    for command in ("pip", "pytest"):
        script = environment / "bin" / command
        script.write_text(f'#!/bin/sh\nexec python -m {command} "$@"\n')
        script.chmod(0o755)
    path = f"{environment / 'bin'}:/usr/bin:/bin"
    machine = Machine(home, {"HOME": str(home), "PATH": path, "COLUMNS": "200", "LANG": "C.UTF-8"})
    machine.type(f"pip install {PROJECT}")
    try:
        yield machine
    finally:
        for server in machine.servers:
            server.terminate()
            server.wait(PATIENCE_S)


def printed_commands(told: str) -> list[str]:
    return [line.strip() for line in told.splitlines() if line.startswith("  ")]


def test_five_commands_and_one_edited_file(machine: Machine) -> None:
    told = machine.type("notewright new tram-watch")
    check, serve, credentials, write, install, tests = printed_commands(told)
    typed = ["pip install notewright", "notewright new tram-watch", serve, credentials, write]
    assert len(typed) <= MAX_COMMANDS
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    assert all(f"$ {command}" in readme for command in typed)

    (edited,) = re.findall(r"^Edit (\S+),", told, re.MULTILINE)
    writer = machine.home / edited
    before = writer.read_text(encoding="utf-8")
    writer.write_text(before.replace("{page.title}: “{sentence}”", "{page.title} — “{sentence}”"))
    assert writer.read_text(encoding="utf-8") != before

    machine.type(check)
    machine.serve(serve)
    machine.type(credentials)
    passed = machine.type(write)
    submitted = re.search(r"(\d+) test notes submitted", passed)
    assert submitted is not None, passed
    assert int(submitted[1]) >= 1
    notes = [line for line in passed.splitlines() if "  submitted " in line]
    assert len(notes) == int(submitted[1])
    assert all(" — “" in note for note in notes)

    machine.type(install)
    assert re.search(r"\d+ passed", machine.type(tests))


def test_the_projects_own_readme(machine: Machine) -> None:
    """Every line of it; the local server stands in for X."""
    machine.type("notewright new tides --kind specialist")
    folder = machine.home / "tides"
    readme = (folder / "README.md").read_text(encoding="utf-8")
    commands = [line.removeprefix("$ ") for block in CONSOLE.findall(readme) for line in block.splitlines()]
    assert commands[0].startswith("pip install")
    if not machine.servers:
        machine.serve("notewright serve")
    *on_this_machine, on_x = commands
    for command in on_this_machine:
        machine.type(command, folder="tides")

    (cron,) = re.findall(r"^\*/15 \* \* \* \* (.*)$", readme, re.MULTILINE)
    local = [machine.environment.pop(name) for name in OAUTH1_VARIABLES]
    names = re.findall(r"^export (\w+)=…$", readme, re.MULTILINE)
    exports = zip(names, local, strict=True)
    (folder / ".env").write_text("".join(f"export {name}={value}\n" for name, value in exports))
    (folder / ".venv").symlink_to(machine.home / ".venv")
    for command in (on_x, cron):
        assert "--target x" in command
        machine.type(command.replace("--target x", "--target local"), folder="tides")
    assert "118 attempted before" in (folder / "passes.log").read_text(encoding="utf-8")
    ignored = (folder / ".gitignore").read_text(encoding="utf-8").split()
    assert {".env", ".venv/", ".notewright/", "*.log"} <= set(ignored)
