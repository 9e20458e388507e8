"""The command line: `python -m entrypoints.cli --help`."""

import logging
import signal
import sys
from typing import Any

import click
import psycopg2
from psycopg2.errorcodes import INSUFFICIENT_PRIVILEGE
from sqlalchemy.exc import ProgrammingError

from adapters.postgres.errors import MigrationsMissing, WrongDatabaseType, WrongEncoding, sqlstate
from adapters.postgres.maintenance.backup import BackupError
from adapters.postgres.timeouts import LocksHeld
from application.errors import Unavailable
from entrypoints import VERSION
from entrypoints.cli.accounts import create_user
from entrypoints.cli.backups import backup, restore
from entrypoints.cli.database import migrate, verify_data
from entrypoints.cli.demo import demo
from entrypoints.cli.distribute import distribute
from entrypoints.cli.errors import CommandError
from entrypoints.cli.openapi import export_errors, export_openapi
from entrypoints.cli.purge import purge
from entrypoints.cli.seed_demo import seed_demo
from entrypoints.cli.serve import run, serve
from entrypoints.cli.worker import worker
from entrypoints.settings import CITUS, read_database_type
from entrypoints.settings.environment import SettingsError

COMMANDS = (
    backup,
    create_user,
    demo,
    distribute,
    export_errors,
    export_openapi,
    migrate,
    purge,
    restore,
    run,
    seed_demo,
    serve,
    verify_data,
    worker,
)


@click.group(help="Turnout, an events API.", context_settings={"max_content_width": 100})
@click.version_option(VERSION, prog_name="turnout")
def cli() -> None:
    pass


for command in COMMANDS:
    cli.add_command(command)


def main() -> None:
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    # If Ctrl-C interrupts SQLAlchemy's pool, it logs the exception. Without a handler for its
    # logger, Python prints that to stderr.
    logging.getLogger("sqlalchemy.pool").addHandler(logging.NullHandler())
    try:
        cli()
    except (SettingsError, CommandError, BackupError) as error:
        sys.exit(f"turnout: {error}")
    except LocksHeld as error:
        sys.exit(f"turnout: DATABASE_URL: {error}")
    except MigrationsMissing as error:
        missing = "migrations"
        if read_database_type() == CITUS:
            missing = "migrations, or it is not distributed"
        reason = _reason(error.__cause__)
        sys.exit(f"turnout: DATABASE_URL: the database is missing {missing}: {reason}")
    except WrongDatabaseType as error:
        reason = _reason(error.__cause__)
        sys.exit(f"turnout: DATABASE_TYPE: does not fit the database: {reason}")
    except WrongEncoding as error:
        sys.exit(f"turnout: DATABASE_URL: {error.reason}")
    except Unavailable as error:
        reason = _reason(error.__cause__)
        sys.exit(f"turnout: DATABASE_URL: the database can't be used: {reason}")
    except (psycopg2.ProgrammingError, ProgrammingError) as error:
        if sqlstate(getattr(error, "orig", error)) != INSUFFICIENT_PRIVILEGE:
            raise  # a bug
        sys.exit(f"turnout: DATABASE_URL: {_reason(error)}")


def _reason(error: BaseException | None) -> str:
    """The first line of the driver's message, which SQLAlchemy may have wrapped."""
    [reason, *_] = str(getattr(error, "orig", error)).splitlines()
    return reason


def _stop(number: int, _: Any) -> None:
    """Exit with cleanup: stop servers, delete partial files."""
    sys.exit(128 + number)


if __name__ == "__main__":
    main()
