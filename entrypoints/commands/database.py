"""Commands that work on the database of DATABASE_URL."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy import Engine

from adapters.persistence.engine import make_engine
from adapters.persistence.migrate import migrate as migrate_database
from adapters.persistence.role_settings import RoleRefused, leave_to_server
from adapters.persistence.session_bounds import session_settings
from adapters.persistence.verify import verify
from adapters.persistence.waits import PATIENT
from entrypoints.environment import SettingsError
from entrypoints.settings import (
    read_database_url,
    read_database_waits,
    read_is_database_pooled,
)


@contextmanager
def patient_engine() -> Iterator[Engine]:
    """Connections for work that is nobody's request: it waits as long as it takes.

    Raises SettingsError where they would lead to a pooler, which bounds all that it is asked for.
    """
    if read_is_database_pooled():
        raise SettingsError(
            "DATABASE_POOLER: this command needs PostgreSQL itself: let DATABASE_URL name the "
            "primary, and leave DATABASE_POOLER out."
        )
    engine = make_engine(read_database_url(), pool_size=1, waits=PATIENT)
    try:
        yield engine
    finally:
        engine.dispose()


@click.command()
def migrate() -> None:
    """Bring the schema of DATABASE_URL up to date."""
    with patient_engine() as engine:
        migrate_database(engine)


@click.command()
def verify_data() -> None:
    """Prove that every event's count is that of its seats; print each that differs."""
    with patient_engine() as engine:
        found = verify(engine)
    for event in found.differences:
        click.echo(
            f"event {event.event_id}: attendees_count {event.attendees_count}, "
            f"capacity {event.capacity}, seats {event.seats}, "
            f"of people who are gone {event.seats_of_nobody}"
        )
    click.echo(f"{found.events} events, {found.seats} seats: {len(found.differences)} differ.")
    sys.exit(1 if found.differences else 0)


@click.command()
@click.option("--role", help="The role that the pooler connects as; by default that of the URL.")
def bound_sessions(role: str | None) -> None:
    """Leave the bounds of sessions to PostgreSQL, for use behind a pooler.

    Sets DATABASE_*_TIMEOUT and the rest for a role in the database of DATABASE_URL. New sessions
    have them: have the pooler open its own anew (PgBouncer: RECONNECT).
    """
    settings = session_settings(read_database_waits())
    with patient_engine() as engine:
        try:
            leave_to_server(engine, role, settings)
        except RoleRefused as refusal:
            raise SettingsError(f"DATABASE_URL: {refusal}.") from refusal
    for name, value in settings.items():
        click.echo(f"{name} = {value}")
