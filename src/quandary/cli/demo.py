"""``quandary demo``: handwritten digits, to try everything in a minute."""

from __future__ import annotations

from typing import Annotated

import typer

from quandary.cli.options import Audit, Learner, NoBrowser, Port, Seed, Strategy

DEFAULT_PORT = 8080


def demo(
    port: Port = DEFAULT_PORT,
    no_browser: NoBrowser = False,
    play: Annotated[
        int | None,
        typer.Option("--play", metavar="N", help="Let a simulated annotator give N answers, and show how it went."),
    ] = None,
    strategy: Strategy = None,
    learner: Learner = None,
    audit: Audit = None,
    seed: Seed = None,
) -> None:
    """Label handwritten digits, or watch a simulated annotator do it."""
    from quandary.cli import digits
    from quandary.cli.opening import Asking, Columns, check_address, open_or_create
    from quandary.core.errors import ConfigError

    check_address("127.0.0.1", port)
    if play is not None and play < 1:
        raise ConfigError(f"--play needs at least 1 answer, got {play}")
    asking = Asking(strategy, learner, audit, seed)
    data, folder = digits.load(), digits.home() / "digits"
    digits.write(data, data.pool, folder)
    if play is not None:
        from quandary.cli import play as game
        from quandary.cli.say import unicode_terminal

        held_out = digits.home() / "digits-held-out"
        digits.write(data, data.held_out, held_out)
        print(game.told(game.play(data, folder, held_out, play, port, asking), plain=not unicode_terminal()))
        return
    from quandary.cli.serving import serve_project

    project = open_or_create(folder, None, Columns(), list(digits.CLASSES), asking)
    serve_project(project, "127.0.0.1", port, browser=not no_browser)
