"""Active learning: from a pile of unlabeled items to labels, a model and honest numbers."""

from __future__ import annotations

__version__ = "0.1.0"
