"""Every error a caller may want to catch.

QuandaryError
├── ConfigError        what was asked cannot work as written (also a ValueError)
│   └── InputError     a file or table cannot be read as asked
├── CapabilityError    this learner cannot give what that strategy needs (also a TypeError)
├── MissingExtra       an optional package is not installed (also an ImportError)
├── NotFound           no such project, item or answer (also a KeyError)
├── Conflict           the log moved on since you read it, or the key was used for something else
├── ProjectBusy        another process holds the project
├── NewerVersion       the project was written by a newer Quandary
├── DamagedProject     the log does not match its own hash chain
└── StorageFull        the disk is full or cannot be written; nothing was added (also an OSError)
"""


class QuandaryError(Exception):
    """Base of every error raised on purpose by this package."""


class ConfigError(QuandaryError, ValueError):
    """What was asked cannot work as written."""


class InputError(ConfigError):
    """A file or table cannot be read as asked."""


class CapabilityError(QuandaryError, TypeError):
    """A learner lacks a method that the strategy needs."""


class MissingExtra(QuandaryError, ImportError):
    """An optional package is not installed; the message holds the install command."""


class NotFound(QuandaryError, KeyError):
    """No such project, item or answer."""

    def __str__(self) -> str:  # KeyError would show the message in quotes
        return str(self.args[0]) if self.args else ""


class Conflict(QuandaryError):
    """The log moved on since it was read, or a key was used for something else."""


class ProjectBusy(QuandaryError):
    """Another process holds the project."""


class NewerVersion(QuandaryError):
    """The project was written by a newer Quandary."""


class DamagedProject(QuandaryError):
    """The log does not match its own hash chain."""


class StorageFull(QuandaryError, OSError):
    """The disk is full or cannot be written; nothing was added."""


def missing_extra(package: str, extra: str, purpose: str) -> MissingExtra:
    """Return the error for a package that ``purpose`` needs and that is not installed.

    >>> print(missing_extra("pyarrow", "tables", "reading Parquet"))
    reading Parquet needs pyarrow, which is not installed; run: pip install 'quandary[tables]'
    """
    return MissingExtra(f"{purpose} needs {package}, which is not installed; run: pip install 'quandary[{extra}]'")
