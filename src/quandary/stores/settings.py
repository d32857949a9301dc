"""Small JSON values kept by name."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from quandary.stores.tables import meta


def get(connection: Connection, name: str, default: Any = None) -> Any:
    """The value kept under ``name``, or ``default``."""
    text = connection.execute(select(meta.c.value).where(meta.c.name == name)).scalar()
    return default if text is None else json.loads(text)


def put(connection: Connection, name: str, value: Any) -> None:
    """Keep ``value`` under ``name``."""
    connection.execute(delete(meta).where(meta.c.name == name))
    connection.execute(insert(meta), {"name": name, "value": json.dumps(value)})
