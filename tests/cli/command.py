"""Runs the real command line in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from quandary.cli.http import Client

HANGS = 300  # seconds after which a command that should have ended never will
QUANDARY = (sys.executable, "-m", "quandary")


def quandary(*arguments: str | Path, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    """The finished command with its output."""
    command = [*QUANDARY, *map(str, arguments)]
    environment = dict(os.environ, **env)
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, env=environment, timeout=HANGS)


def done(*arguments: str | Path, cwd: Path | None = None, **env: str) -> str:
    """The standard output of a command that must succeed."""
    ran = quandary(*arguments, cwd=cwd, **env)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def refused(*arguments: str | Path, cwd: Path | None = None, **env: str) -> str:
    """The one line that a command the user got wrong must end with."""
    ran = quandary(*arguments, cwd=cwd, **env)
    assert ran.returncode == 2, (ran.returncode, ran.stdout, ran.stderr)
    assert ran.stdout == ""
    (line,) = ran.stderr.splitlines()
    start, _, said = line.partition(": ")
    assert start == "quandary"
    return said


@dataclass
class Running:
    """A server that was started by a command."""

    process: subprocess.Popen[str]
    url: str
    client: Client

    def stop(self, how: signal.Signals = signal.SIGINT) -> str:
        """End it; return what it wrote on the standard output after the address."""
        self.process.send_signal(how)
        rest, _ = self.process.communicate()
        return rest


@contextmanager
def running(*arguments: str | Path, cwd: Path | None = None, **env: str) -> Iterator[Running]:
    """A command that serves, once it printed its address; killed at the end if it still runs."""
    command = [*QUANDARY, *map(str, arguments), "--no-browser"]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, cwd=cwd, stdout=pipe, stderr=pipe, text=True, env=dict(os.environ, **env))
    assert process.stdout is not None
    client = None
    try:
        line = process.stdout.readline()
        if not line:
            raise AssertionError(process.communicate()[1])
        word, url = line.split()
        assert word == "Open"
        client = Client(url)
        yield Running(process, url, client)
    finally:
        if client is not None:
            client.close()
        process.kill()
        process.communicate()
