"""Exit status and the one line, for errors of every kind."""

import errno

import pytest

from quandary.cli.exits import INTERRUPTED, MISTAKE, OK, OURS, exit_code
from quandary.core.errors import DamagedProject, InputError, NotFound
from tests.cli.command import done, quandary, refused

INSIDE = "something went wrong inside Quandary"


def raising(error: BaseException) -> int:
    def command() -> None:
        raise error

    return exit_code(command)


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (InputError("no column 'x'; there are: y"), MISTAKE, "quandary: no column 'x'; there are: y\n"),
        (NotFound("no project 'x'"), MISTAKE, "quandary: no project 'x'\n"),
        (InputError("two\nlines\x1b[31m"), MISTAKE, "quandary: two lines\\x1b[31m\n"),
        (DamagedProject("the log is damaged"), OURS, "quandary: the log is damaged\n"),
        (PermissionError(13, "Permission denied", "/x"), MISTAKE, "quandary: Permission denied: '/x'\n"),
        (OSError(errno.ENOSPC, "No space left on device"), MISTAKE, "quandary: No space left on device\n"),
        (
            ZeroDivisionError("oh"),
            OURS,
            f"quandary: {INSIDE} (ZeroDivisionError: oh); run it again with QUANDARY_DEBUG=1 to see where\n",
        ),
        (KeyboardInterrupt(), INTERRUPTED, ""),
    ],
    ids=repr,
)
def test_status_and_line(error: BaseException, status: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert raising(error) == status
    assert capsys.readouterr().err == said


def test_done_is_zero() -> None:
    assert exit_code(lambda: None) == OK
    assert exit_code(lambda: 2) == MISTAKE


def test_debug_shows_where(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUANDARY_DEBUG", "1")
    raising(ZeroDivisionError("oh"))
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["labl"], "No such command 'labl'. Did you mean 'label'?; see: quandary --help"),
        (["label"], "Missing argument 'SOURCE'; see: quandary label --help"),
        (["status", "x", "--jsn"], "--jsn"),
        (["simulate", "x.csv"], "--label"),
        (["export", "p.quandary"], "--to"),
        (["demo", "--play", "0"], "--play needs at least 1 answer, got 0"),
        (["demo", "--play", "many"], "--play"),
    ],
)
def test_what_is_not_understood_is_one_line(arguments: list[str], said: str) -> None:
    assert said in refused(*arguments)


def test_version_and_bare_call() -> None:
    assert done("--version").startswith("quandary 0.")
    assert "Usage" in quandary().stdout + quandary().stderr
