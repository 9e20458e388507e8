"""A command for whoever puts a pooler between the service and PostgreSQL."""

import click

from adapters.persistence.role_settings import RoleRefused, leave_to_server
from adapters.persistence.session_bounds import session_settings
from entrypoints.commands.database import patient_engine
from entrypoints.settings import read_database_waits
from entrypoints.settings.environment import SettingsError


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
