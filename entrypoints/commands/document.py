from typing import TextIO

import click


@click.command()
@click.argument("file", type=click.File("w", encoding="utf-8"), default="openapi.json")
def export_openapi(file: TextIO) -> None:
    """Write the OpenAPI document to FILE; needs no settings."""
    # Only this command needs the whole application in this process.
    from entrypoints.openapi import openapi_text

    file.write(openapi_text())
