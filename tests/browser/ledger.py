"""What a person at the page remembers of what they said, to be held against what is kept."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Response

from quandary.core.events import AnswerGiven
from quandary.core.state import State
from quandary.project.folder import open_project
from tests.browser.desk import Desk


@dataclass
class Ledger:
    """What the person remembers, and what the page was told is saved."""

    desk: Desk
    said: dict[str, str] = field(default_factory=dict)
    acknowledged: dict[str, str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.desk.page.on("response", self._told)

    def _told(self, response: Response) -> None:
        request = response.request
        if request.method == "POST" and urlsplit(request.url).path.endswith("/answers") and response.status == 200:
            sent = json.loads(request.post_data or "")
            self.acknowledged[sent["key"]] = sent["value"]

    def answer(self, *names: str) -> list[str]:
        """Answer the next items so; their ids."""
        items = []
        for name in names:
            items.append(self.desk.say(name))
            self.said[items[-1]] = name
        return items

    def undo(self) -> str:
        """Take back the last answer; the item that is asked again."""
        self.desk.press("z")
        item = self.desk.ready()
        del self.said[item]
        return item

    def rename(self, old: str, new: str) -> None:
        """A class has another name now, or went into another one."""
        self.said = {item: new if name == old else name for item, name in self.said.items()}

    def check(self, folder: Path) -> State:
        """See that the log holds each answer once, as it was sent, and that the labels are those that were said."""
        with open_project(folder, write=False) as project:
            given = [event for event in project.read() if isinstance(event, AnswerGiven)]
            state = project.state()
        assert set(Counter(event.key for event in given).values()) == {1}, "an answer is there twice"
        kept = {event.key: event.value for event in given}
        assert kept == self.acknowledged, "what was acknowledged and what is kept differ"
        positions, _ = state.labeled()
        assert {state.ids[int(p)]: state.label(int(p)) for p in positions} == self.said
        return state
