"""``quandary import``: take in answers given elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from quandary.cli.options import ProjectPath

if TYPE_CHECKING:
    from quandary.cli.answers import Given
    from quandary.core.events import Event
    from quandary.core.state import State

EXAMPLES = 5


def import_answers(
    project: ProjectPath,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Rows with id, label and, if known, annotator, answered_at, seconds.")
    ],
    format: Annotated[
        str | None, typer.Option("--format", metavar="F", help="csv, jsonl or parquet; else the suffix says.")
    ] = None,
    add_classes: Annotated[
        bool, typer.Option("--add-classes", help="Take in classes the project does not have.")
    ] = False,
) -> None:
    """Add answers from a file to a project, all of them or none."""
    from quandary.cli.answers import read_answers
    from quandary.project.folder import open_project

    with open_project(project) as opened:
        state = opened.state()
        given = read_answers(file, format)
        refuse_unknown_items(given, state)
        events: list[Event] = [*new_classes(given, state, add_classes), *fresh(given, state)]
        if events:
            opened.append(events, expected=state.version)
    answers = sum(hasattr(event, "item") for event in events)
    print(f"{answers:,} answers added, {len(given) - answers:,} were there already")


def refuse_unknown_items(given: list[Given], state: State) -> None:
    """Every answer must be about an item of the project."""
    from quandary.core.errors import InputError

    unknown = [answer.item for answer in given if answer.item not in state.ids]
    if unknown:
        some = ", ".join(map(repr, unknown[:EXAMPLES])) + (", ..." if len(unknown) > EXAMPLES else "")
        there = ", ".join(repr(state.ids[i]) for i in range(min(3, len(state.ids))))
        raise InputError(
            f"{len(unknown):,} of {len(given):,} ids are not in the project: {some}; its ids look like {there}; "
            f"nothing was added"
        )


def new_classes(given: list[Given], state: State, accept: bool) -> list[Any]:
    """Events for the classes that the project does not have; an error unless they are to be taken in."""
    import time

    from quandary.core.errors import InputError
    from quandary.core.events import ClassChanged
    from quandary.core.names import unknown_name
    from quandary.project.classes import check_names

    there = state.class_names()
    unknown = check_names(sorted({answer.label for answer in given} - set(there)))
    if unknown and not accept:
        more = f" (and {len(unknown) - 1:,} more: {', '.join(map(repr, unknown[1:EXAMPLES]))})" if unknown[1:] else ""
        raise InputError(
            f"{unknown_name('class', unknown[0], there)}{more}; correct the file, or take them in with --add-classes; "
            f"nothing was added"
        )
    return [ClassChanged("add", name, at=time.time()) for name in unknown]


def fresh(given: list[Given], state: State) -> list[Any]:
    """Events for the answers that are not on record word for word."""
    from quandary.core.events import AnswerGiven

    out = []
    for answer in given:
        said = [a for a in state.answers(state.ids.position(answer.item)) if a.annotator == answer.annotator]
        if said and said[-1].value >= 0 and state.classes.names[said[-1].value] == answer.label:
            continue
        out.append(
            AnswerGiven(
                answer.item, answer.label, answer.annotator, at=answer.at, seconds=answer.seconds, strategy="import"
            )
        )
    return out
