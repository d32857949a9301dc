"""What every run says of itself first."""

from importlib.util import find_spec
from typing import Any

from quandary.bench.peers import modal, skactiveml, small_text
from quandary.core.extras import installed
from quandary.core.registry import extractors, learners

PEERS: list[Any] = [modal.Peer, skactiveml.Peer, small_text.Peer]
TORCH = find_spec("torch") is not None
collect_ignore = [] if TORCH else ["torch"]


def extra_of(part: Any) -> str:
    return str(part.needs[1])


def pytest_report_header() -> list[str]:
    """Name what is not tested because a package is not installed."""
    parts = [*learners.all().items(), *extractors.all().items()]
    left = sorted(f"{name} (extra {extra_of(part)})" for name, part in parts if not installed(part))
    left += [f"strategies of {peer.needs[0]}" for peer in PEERS if not installed(peer)]
    left += [] if TORCH else ["tests/torch"]
    return [f"not tested here, for want of packages: {', '.join(left)}"] if left else []
