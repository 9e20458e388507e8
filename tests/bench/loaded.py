"""A dataset in its own database."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import Progress
from sqlalchemy import URL, text

from tests.bench.dataset import COLUMNS, Dataset
from tests.postgres import a_database


@contextmanager
def loaded_dataset(
    server: URL, scale: int, progress: Progress, refreshable: int = 0
) -> Iterator[Dataset]:
    with a_database(server, migrated=False) as url:
        database_url = url.set(drivername="postgresql").render_as_string(hide_password=False)
        data = Dataset(database_url, scale, refreshable)
        try:
            data.load(progress)
            with data.engine.begin() as connection:
                for table in COLUMNS:
                    # reset() vacuums; autovacuum must not run during a turn.
                    connection.execute(text(f"ALTER TABLE {table} SET (autovacuum_enabled = off)"))
            yield data
        finally:
            data.close()
