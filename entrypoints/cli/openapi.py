import json
from typing import Any, TextIO

import click
from sqlalchemy.engine import URL

from entrypoints.settings import Settings
from entrypoints.settings.environment import DRIVER
from entrypoints.settings.service import JWT_SECRET_KEY_MIN_BYTES

# Never used to connect or sign.
UNUSED = Settings(database_url=URL.create(DRIVER), jwt_secret_key="-" * JWT_SECRET_KEY_MIN_BYTES)


@click.command()
@click.argument("file", type=click.File("w", encoding="utf-8"), default="openapi.json")
def export_openapi(file: TextIO) -> None:
    """Write the OpenAPI document to FILE. Needs no settings."""
    file.write(openapi_text())


@click.command()
@click.argument("file", type=click.File("w", encoding="utf-8"), default="docs/errors.md")
def export_errors(file: TextIO) -> None:
    """Write the page of problem codes to FILE. Needs no settings."""
    # Commands import no web framework until they need it.
    from adapters.http.problems.catalog import errors_page

    file.write(errors_page())


def openapi_text() -> str:
    """The content of `openapi.json`, in the order of the routes for readable diffs."""
    # Imported here: most commands do not need the whole application.
    from entrypoints.container import Container

    client = Container(settings=UNUSED).app().test_client()
    return as_text(client.get("/api/schema/").json)


def as_text(document: Any) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
