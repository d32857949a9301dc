"""``quandary status``: how far a project is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from quandary.cli.options import ProjectPath

if TYPE_CHECKING:
    from quandary.project.folder import Project

MOST_LISTED = 20


def status(
    project: ProjectPath,
    json: Annotated[bool, typer.Option("--json", help="For machines: one JSON object.")] = False,
) -> None:
    """Show how far a project is, and how good its model."""
    import json as encoder

    from quandary.project.folder import open_project

    with open_project(project, write=False) as opened:
        found = facts(opened)
    print(encoder.dumps(found, indent=2, ensure_ascii=False) if json else as_text(found))


def facts(project: Project) -> dict[str, Any]:
    """All about a project; the objects are those of the HTTP interface."""
    from quandary.project.published import FOLDER, read_predictions, read_ranking, read_verdict
    from quandary.service import views
    from quandary.service.learned import Learned

    state = project.state()
    counts = state.counts()
    published = project.folder / FOLDER
    learned = Learned()
    learned.take_verdict(read_verdict(published), state.version)
    learned.take_predictions(read_predictions(published, len(state.ids)), state.version)
    ranking, verdict = read_ranking(published), learned.verdict
    knows = ranking.labels if ranking is not None and ranking.seen <= state.version else 0
    return {
        "name": project.name,
        "folder": str(project.folder),
        "kind": project.kind,
        "version": state.version,
        "progress": {
            name: getattr(counts, name) for name in ("labeled", "total", "skipped", "unsure", "open", "audit")
        },
        "classes": views.classes(state, learned.predicted(state)),
        "plan": {**state.plan, **views.plan(state.plan, project.kind)},
        "model": {"knows": min(knows, counts.labeled), "labels": counts.labeled},
        "estimate": views.estimate(verdict.estimate) if verdict else None,
        "advice": views.advice(verdict.advice) if verdict else None,
        "skipped_files": [{"name": name, "reason": reason} for name, reason in project.skipped],
    }


def as_text(found: dict[str, Any]) -> str:
    """The facts as a person reads them."""
    from quandary.cli.say import table

    rows = [["project", found["folder"]], ["labeled", _labeled(found)], ["accuracy", _accuracy(found["estimate"])]]
    if found["advice"]:
        rows.append(["advice", found["advice"]["reason"]])
    model, plan = found["model"], found["plan"]
    rows.append(["model", f"has learned {model['knows']:,} of {model['labels']:,} labels"])
    rows.append(["plan", ", ".join(f"{name} {plan[name]}" for name in ("strategy", "learner", "audit", "seed"))])
    why = plan["representation_why"]
    rows.append(["seen by", f"{plan['representation']} ({why})" if why else plan["representation"]])
    parts = [table(rows)]
    if found["classes"]:
        parts.append(_classes(found["classes"]))
    if found["skipped_files"]:
        parts.append(_left_out(found["skipped_files"]))
    return "\n\n".join(parts)


def _labeled(found: dict[str, Any]) -> str:
    from quandary.cli.opening import UNITS

    progress = found["progress"]
    notes = {"skipped": "skipped", "unsure": "unsure", "audit": "random checks"}
    extra = [f"{progress[key]:,} {said}" for key, said in notes.items() if progress[key]]
    base = f"{progress['labeled']:,} of {progress['total']:,} {UNITS[found['kind']]}"
    return f"{base} ({', '.join(extra)})" if extra else base


def _accuracy(estimate: dict[str, Any] | None) -> str:
    if estimate is None:
        return "not known yet"
    value, low, high = (100 * estimate[key] for key in ("value", "low", "high"))
    return f"{value:.1f} % (95 % interval {low:.1f} to {high:.1f}), from {estimate['n']} random checks"


def _classes(classes: list[dict[str, Any]]) -> str:
    from quandary.cli.say import table

    rows = [["class", "labels", "predicted"]]
    for each in classes:
        guessed = "" if each["predicted"] is None else f"{each['predicted']:,}"
        rows.append([each["name"], f"{each['count']:,}", guessed])
    return table(rows, right=(1, 2))


def _left_out(files: list[dict[str, str]]) -> str:
    from quandary.cli.say import one_line

    lines = [f"  {one_line(each['name'])}: {one_line(each['reason'])}" for each in files[:MOST_LISTED]]
    if len(files) > MOST_LISTED:
        lines.append(f"  and {len(files) - MOST_LISTED:,} more; all of them: quandary status --json")
    return "\n".join([f"left out ({len(files):,}), as they cannot be read:", *lines])
