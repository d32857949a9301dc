"""What another package's error says, in one line."""

from __future__ import annotations


def said(error: BaseException) -> str:
    """The message of ``error`` on one line of at most 200 characters; its kind where it has none.

    >>> said(ValueError("bad\\nthing")), said(EOFError())
    ('bad thing', 'EOFError')
    """
    return " ".join(str(error).split())[:200] or type(error).__name__
