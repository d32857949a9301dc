"""``quandary predict``: what the model says of new items."""

from __future__ import annotations

from quandary.cli.options import ProjectPath, SourcePath, Target


def predict(project: ProjectPath, source: SourcePath, to: Target) -> None:
    """Write class, probability of each class and margin for every item of a source."""
    from quandary.cli.export import tell
    from quandary.cli.progress import bars
    from quandary.project import predict as prediction
    from quandary.project.folder import open_project

    with open_project(project, write=False) as opened, bars() as progress:
        report = prediction.predict(opened, source, to, progress=progress)
    tell(report)
