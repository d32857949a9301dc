"""What a store hands out besides events: entries of the log and kept replies."""

from __future__ import annotations

from dataclasses import dataclass

from quandary.core.events import Event


@dataclass(frozen=True, slots=True)
class Entry:
    """One event with its place in the log: ``hash`` covers ``previous``, the version and the event."""

    version: int
    event: Event
    hash: str
    previous: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What a request was answered with, kept so that the same request again gets the same answer.

    key             the client's own name for the request
    payload_digest  hash of what was asked, to tell a repeat from a misuse of the key
    version         of the log after the request; the store fills it in
    body            the reply, JSON text
    """

    key: str
    payload_digest: str
    version: int
    body: str
