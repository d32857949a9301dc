"""Which representation the labels speak for: compared now and then, where the plan says ``auto``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from quandary.core.errors import ConfigError
from quandary.core.extras import installed
from quandary.core.features import Features
from quandary.core.plan import AUTO, seen_by
from quandary.core.registry import extractors
from quandary.core.state import State
from quandary.features.cache import representations
from quandary.learners.compare import choose
from quandary.project.folder import Project
from quandary.trainer.outlet import Outlet

STEPS = (30, 60, 120, 240)  # labels at which representations are compared


class Comparison:
    """Compares representations when a step is reached, and says what came of it; the log decides.

    Features of the others are computed by a process of their own, so that no question waits for them: they count
    in the first comparison after they are there.
    """

    def __init__(self, project: Project, outlet: Outlet) -> None:
        self._project = project
        self._outlet = outlet
        self._preparing = Preparing(project.folder)

    def go_on(self, state: State) -> None:
        """Compute what is missing, or compare, if the plan says so and it is time."""
        labels = state.counts().labeled
        if state.plan.get("representation") != AUTO or not labels or self._done(state) >= STEPS[-1]:
            return
        known = self._known()
        missing = [name for name, features in known.items() if features is None]
        step = max((step for step in STEPS if step <= labels), default=0)
        if missing:
            self._prepare(missing[0])
        elif step > self._done(state):
            self._compare(state, {name: features for name, features in known.items() if features}, step)

    def close(self) -> None:
        """End what is still computed."""
        self._preparing.close()

    def _compare(self, state: State, candidates: dict[str, Features], step: int) -> None:
        choice = choose(candidates, seen_by(state.plan, self._project.kind), *state.labeled())
        self._outlet.check()
        self._outlet.say("representation", name=choice.name, why=choice.why, step=step)

    def _done(self, state: State) -> int:
        return int(state.plan.get("seen_at", 0))

    def _known(self) -> dict[str, Features | None]:
        """Every representation that can be used here, with its features where they are there."""
        known = {}
        for name in representations(self._project.kind):
            part = extractors.get(name)
            if not (installed(part) and getattr(part, "compared", True)) or name in self._preparing.failed:
                continue
            try:
                known[name] = self._project.features_if_kept(name)
            except ConfigError:  # it needs a model that nobody gave
                continue
        return known

    def _prepare(self, name: str) -> None:
        if detail := self._preparing.go_on(name):
            self._outlet.say("trouble", detail=detail)


class Preparing:
    """Computes features in another process, of one representation at a time; it ends when this one does.

    failed  representations that cannot be computed
    """

    def __init__(self, folder: Path) -> None:
        self.failed: set[str] = set()
        self._folder = folder
        self._name = ""
        self._process: subprocess.Popen[str] | None = None

    def go_on(self, name: str) -> str:
        """Start on ``name`` unless one is at work; what went wrong with the last one, or nothing."""
        wrong = ""
        if self._process is not None:
            if self._process.poll() is None:
                return ""
            wrong = self._end(self._process)
        if name not in self.failed:
            self._start(name)
        return wrong

    def _start(self, name: str) -> None:
        command = [sys.executable, "-P", "-m", "quandary.trainer.prepare", str(self._folder), name]
        self._name = name
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def close(self) -> None:
        """End what is at work."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()

    def _end(self, process: subprocess.Popen[str]) -> str:
        wrong = process.communicate()[0].strip()
        if process.returncode == 0:
            return ""
        self.failed.add(self._name)
        return f"representation {self._name!r} is left out: {wrong or f'status {process.returncode}'}"
