"""Commands that bring a database up to date, and look into it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy import URL, Engine

from adapters.postgres.engine import make_engine
from adapters.postgres.maintenance.verify import Verification, verify
from adapters.postgres.reader import Reader
from adapters.postgres.schema.version import has_all_migrations
from adapters.postgres.timeouts import MAINTENANCE, MIGRATION_LOCK_TIMEOUT_S
from entrypoints.cli.errors import CommandError
from entrypoints.cli.selected_database import selected_database
from entrypoints.settings import read_database_url, read_is_database_pooled
from entrypoints.settings.environment import SettingsError


@contextmanager
def maintenance_engine(url: URL | None = None, *, is_autocommit: bool = False) -> Iterator[Engine]:
    """Connections for work that is nobody's request: it waits as long as it takes.

    Raises SettingsError where they would lead to a pooler, which bounds all that it is asked for.
    """
    if read_is_database_pooled():
        raise SettingsError(
            "DATABASE_POOLER: this command needs PostgreSQL itself: let DATABASE_URL name the "
            "primary, and leave DATABASE_POOLER out."
        )
    url = url or read_database_url()
    engine = make_engine(url, pool_size=1, timeouts=MAINTENANCE, is_autocommit=is_autocommit)
    try:
        yield engine
    finally:
        engine.dispose()


def require_migrated(engine: Engine) -> None:
    """Of an engine in autocommit. Raises Refused, or Unavailable."""
    if not has_all_migrations(Reader(engine)):
        raise CommandError(
            "the database lacks migrations of this version: python -m entrypoints.cli migrate, or "
            "make migrate, is to come first."
        )


@click.command()
@click.option(
    "--give-up-after",
    "patience_s",
    type=click.FloatRange(min=0, max=86_400),
    default=MIGRATION_LOCK_TIMEOUT_S,
    metavar="SECONDS",
    show_default=True,
    help="How long to try for a lock that others hold.",
)
def migrate(patience_s: float) -> None:
    """Bring the schema of DATABASE_URL up to date, beside a running service."""
    # Only this command, and who gives it on, needs Alembic.
    from adapters.postgres.schema.migrate import migrate as migrate_database

    with maintenance_engine() as engine:
        migrate_database(engine, timeout_s=patience_s)


@click.command()
def verify_data() -> None:
    """Prove that every event's count is that of its seats; print each that differs.

    Works on DATABASE_URL, or else on the database of make run.
    """
    with selected_database() as database, maintenance_engine(database.url) as engine:
        sys.exit(tell(verify(engine)))


def tell(found: Verification) -> int:
    """Print what was found; the exit code that it means."""
    for event in found.differences:
        click.echo(
            f"event {event.event_id}: attendees_count {event.attendees_count}, "
            f"capacity {event.capacity}, seats {event.seats}, "
            f"of people who are gone {event.orphaned_seats}"
        )
    click.echo(f"{found.events} events, {found.seats} seats: {len(found.differences)} differ.")
    return 1 if found.differences else 0
