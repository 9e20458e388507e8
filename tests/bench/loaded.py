"""The data of a measurement, in a database of its own."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from rich.console import Console
from rich.progress import Progress

from tests.bench.dataset import Dataset
from tests.postgres import a_database, a_server

WIDTH = 120  # of what is no terminal


def a_console() -> Console:
    return Console(width=None if sys.stdout.isatty() else WIDTH)


@contextmanager
def a_loaded_dataset(scale: int, console: Console) -> Iterator[Dataset]:
    with ExitStack() as stack:
        server = stack.enter_context(a_server())
        url = stack.enter_context(a_database(server, migrated=False))
        database_url = url.set(drivername="postgresql").render_as_string(hide_password=False)
        data = Dataset(database_url, scale)
        stack.callback(data.close)
        with Progress(console=console) as progress:
            data.load(progress)
        yield data
