"""Helpers for generated Markdown pages."""

import os
import platform
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from io import StringIO

from rich import box
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, text


def provenance(module: str, engine: Engine) -> str:
    """The command, the date, the machine and the PostgreSQL version."""
    with engine.connect() as connection:
        version = connection.execute(text("SHOW server_version")).scalar_one()
    command = " ".join(["python", "-m", module, *sys.argv[1:]])
    return (
        f"- Command: `{command}`\n"
        f"- Date: {datetime.now(UTC):%Y-%m-%d}\n"
        f"- Machine: {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"PostgreSQL {version}"
    )


def table(first: str, *columns: str) -> Table:
    """A table whose other columns are right-aligned."""
    result = Table(first, box=box.MARKDOWN)
    for column in columns:
        result.add_column(column, justify="right")
    return result


def markdown(blocks: Iterable[str | Table]) -> str:
    return "\n\n".join(map(_text_of, blocks)) + "\n"


def _text_of(block: str | Table) -> str:
    if isinstance(block, str):
        return block
    file = StringIO()
    # Wide enough that no cell wraps.
    Console(file=file, width=1000, markup=False, emoji=False, highlight=False).print(block)
    return file.getvalue().strip()
