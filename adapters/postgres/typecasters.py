"""Typecasters that are faster than psycopg2's (docs/adr/0003-driver-execution.md)."""

from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from psycopg2.extensions import new_type, register_type

# OIDs of the types (pg_type.dat).
TIMESTAMPTZ, UUID_TYPE = 1184, 2950
# LRU size for ids, some 200 bytes each.
CACHED_IDS = 16_384

_uuid = lru_cache(CACHED_IDS)(UUID)
# PostgreSQL sends ISO 8601 in UTC, the session's time zone.
TYPECASTERS = (
    new_type((TIMESTAMPTZ,), "TIMESTAMPTZ", lambda text, _: text and datetime.fromisoformat(text)),
    new_type((UUID_TYPE,), "UUID", lambda text, _: text and _uuid(text)),
)


def register_typecasters(connection: Any, _record: Any) -> None:
    for typecaster in TYPECASTERS:
        register_type(typecaster, connection)
