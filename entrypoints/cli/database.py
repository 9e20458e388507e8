"""Commands that migrate and verify a database."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy import URL, Engine

from adapters.postgres.citus.verify import verify as verify_on_citus
from adapters.postgres.connection import DriverConnection
from adapters.postgres.engine import make_engine
from adapters.postgres.errors import WrongEncoding
from adapters.postgres.maintenance.verify import Verification, verify
from adapters.postgres.reader import Reader
from adapters.postgres.schema.version import has_all_migrations
from adapters.postgres.timeouts import MAINTENANCE, MIGRATION_LOCK_TIMEOUT_S
from application.errors import Unavailable
from entrypoints.cli.errors import CommandError
from entrypoints.cli.selected_database import selected_database
from entrypoints.cli.wording import counted
from entrypoints.settings import (
    CITUS,
    read_database_timeouts,
    read_database_type,
    read_database_url,
    read_is_database_pooled,
)
from entrypoints.settings.environment import SettingsError


@contextmanager
def maintenance_engine(url: URL | None = None, **options: bool) -> Iterator[Engine]:
    """An engine with these options of make_engine, without timeouts for locks and statements.

    Raises SettingsError if DATABASE_URL leads to a pooler, which has timeouts.
    """
    if read_is_database_pooled():
        raise SettingsError(
            "DATABASE_POOLER: this command needs a direct connection: set DATABASE_URL to the "
            "primary and unset DATABASE_POOLER."
        )
    url = url or read_database_url()
    engine = make_engine(url, pool_size=1, timeouts=MAINTENANCE, **options)
    try:
        yield engine
    finally:
        engine.dispose()


def require_migrated(engine: Engine) -> None:
    """`engine` must be in autocommit. Raises CommandError or Unavailable."""
    if not has_all_migrations(Reader(engine)):
        raise CommandError(
            "the database is missing migrations of this version: first run "
            "python -m entrypoints.cli migrate, or make migrate."
        )


def require_utf8() -> None:
    """Raises WrongEncoding. Does nothing if the database is down, because it may come up later."""
    engine = make_engine(
        read_database_url(),
        pool_size=1,
        timeouts=read_database_timeouts(),
        is_autocommit=True,
        is_pooled=read_is_database_pooled(),
    )
    try:
        with DriverConnection(engine):
            pass
    except WrongEncoding:
        raise
    except Unavailable:
        pass
    finally:
        engine.dispose()


give_up_after = click.option(
    "--give-up-after",
    "timeout_s",
    type=click.FloatRange(min=0, max=86_400),
    default=MIGRATION_LOCK_TIMEOUT_S,
    metavar="SECONDS",
    show_default=True,
    help="How long to retry if other transactions hold a lock.",
)


@click.command()
@give_up_after
def migrate(timeout_s: float) -> None:
    """Migrate the schema of DATABASE_URL. The service can keep running."""
    # Imported here: other commands do not need Alembic.
    from adapters.postgres.schema.migrate import migrate as migrate_database

    with maintenance_engine() as engine:
        migrate_database(engine, timeout_s=timeout_s)


@click.command(short_help="Verify that the counts of events match their seats and waitlists.")
def verify_data() -> None:
    """Verify that every event's counts match its seats and waitlist; print each difference.

    Also finds people who both attend and wait, and free seats next to people who wait.

    Uses DATABASE_URL, or the database of make run.
    """
    with selected_database() as database, maintenance_engine(database.url) as engine:
        is_citus = read_database_type() == CITUS
        sys.exit(print_verification(verify_on_citus(engine) if is_citus else verify(engine)))


def print_verification(result: Verification) -> int:
    """Returns the exit code."""
    for event in result.differences:
        click.echo(
            f"event {event.event_id}: attendees_count {event.attendees_count}, "
            f"capacity {event.capacity}, seats {event.seats}, "
            f"orphaned seats {event.orphaned_seats}, waitlist_count {event.waitlist_count}, "
            f"waiting {event.waiting}, orphaned entries {event.orphaned_entries}, "
            f"also attending {event.also_attending}, not promoted {event.not_promoted}"
        )
    events, seats = counted(result.events, "event"), counted(result.seats, "seat")
    click.echo(f"{events}, {seats}: {counted(len(result.differences), 'differs', 'differ')}.")
    return 1 if result.differences else 0
