"""Settings that PostgreSQL gives each new session of a role, whoever opens it."""

from collections.abc import Mapping

from psycopg2.sql import SQL, Composed, Identifier, Literal
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError

from adapters.persistence.faults import naming_faults


class RoleRefused(Exception):
    """There is no such role, or who asks may not set anything for it; the message is a line."""


def leave_to_server(engine: Engine, role: str | None, settings: Mapping[str, str]) -> None:
    """Let each new session of the role in the engine's database begin with the settings.

    Of the role that asks, where None is named. Raises RoleRefused, Unavailable.
    """
    # A % in a name is no place for a parameter.
    literally = engine.execution_options(no_parameters=True)
    with naming_faults(), literally.begin() as connection:
        database = connection.execute(text("SELECT current_database()")).scalar_one()
        alterations = _alterations(role, database, settings)
        try:
            connection.exec_driver_sql(
                alterations.as_string(connection.connection.driver_connection)
            )
        except ProgrammingError as error:
            raise RoleRefused(str(error.orig).splitlines()[0]) from error


def _alterations(role: str | None, database: str, settings: Mapping[str, str]) -> Composed:
    whose = SQL("CURRENT_USER") if role is None else Identifier(role)
    return SQL("; ").join(
        SQL("ALTER ROLE {} IN DATABASE {} SET {} = {}").format(
            whose, Identifier(database), Identifier(name.lower()), Literal(value)
        )
        for name, value in settings.items()
    )
