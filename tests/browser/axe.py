"""axe-core, which knows what keeps people from using a page, and how to run it."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "web/node_modules/axe-core/axe.min.js"
BAD = ("serious", "critical")
NO_AXE = (
    "axe-core, which judges how accessible the page is, is not in web/node_modules and could not be installed; "
    "with a network run: python hatch_build.py check"
)


def axe_script() -> Path:
    """The file of axe-core; installs the page's packages if they are not there yet."""
    if not SCRIPT.exists():
        # Several test processes may come here at once.
        with (ROOT / "web/package.json").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not SCRIPT.exists():
                subprocess.run([sys.executable, ROOT / "hatch_build.py", "check"], stdout=subprocess.DEVNULL)
    if not SCRIPT.exists():
        raise RuntimeError(NO_AXE)
    return SCRIPT


def faults(page: Page, *rules: str) -> list[str]:
    """What axe calls serious or critical on the page as it is now, one line each; by some of its rules only."""
    options = {"resultTypes": ["violations"], **({"runOnly": list(rules)} if rules else {})}
    found: dict[str, Any] = page.evaluate("(options) => axe.run(options)", options)
    return [
        f"{fault['impact']}: {fault['id']}: {fault['help']}: {node['target']} {node['html'][:150]}"
        for fault in found["violations"]
        if fault["impact"] in BAD
        for node in fault["nodes"]
    ]
