"""The OpenAPI document without a running service."""

import json
from typing import Any

from sqlalchemy.engine import URL

from entrypoints.container import Container
from entrypoints.settings import Settings
from entrypoints.settings.environment import DRIVER
from entrypoints.settings.service import JWT_SECRET_KEY_MIN_BYTES

# Nothing connects, and nothing is signed.
UNUSED = Settings(database_url=URL.create(DRIVER), jwt_secret_key="-" * JWT_SECRET_KEY_MIN_BYTES)


def openapi_text() -> str:
    """As `openapi.json` keeps it: in the order of the routes, so that changes to it read well."""
    client = Container(settings=UNUSED).app().test_client()
    return as_text(client.get("/api/schema/").json)


def as_text(document: Any) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
