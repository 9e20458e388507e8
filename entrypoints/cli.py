"""The command line: `python -m entrypoints.cli --help`."""

import signal
import sys
from typing import Any

import click
import psycopg2
from psycopg2.errorcodes import INSUFFICIENT_PRIVILEGE, UNDEFINED_TABLE
from sqlalchemy.exc import ProgrammingError

from adapters.persistence.archive import ArchiveError
from adapters.persistence.session_bounds import Unbounded
from adapters.persistence.waits import LocksHeld
from application.errors import Unavailable
from entrypoints import VERSION
from entrypoints.commands.accounts import create_user
from entrypoints.commands.archives import backup, restore
from entrypoints.commands.bounds import bound_sessions
from entrypoints.commands.database import migrate, verify_data
from entrypoints.commands.demo import demo
from entrypoints.commands.document import export_openapi
from entrypoints.commands.purging import purge
from entrypoints.commands.refusals import Refused
from entrypoints.commands.seeding import seed_demo
from entrypoints.commands.serving import run, serve
from entrypoints.settings.environment import SettingsError

COMMANDS = (
    backup,
    bound_sessions,
    create_user,
    demo,
    export_openapi,
    migrate,
    purge,
    restore,
    run,
    seed_demo,
    serve,
    verify_data,
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
    try:
        cli()
    except (SettingsError, Refused, ArchiveError) as error:
        sys.exit(f"turnout: {error}")
    except LocksHeld as error:
        sys.exit(f"turnout: DATABASE_URL: {error}")
    except Unbounded as error:
        lacking = "; ".join(error.lacking)
        sys.exit(f"turnout: DATABASE_URL: its sessions can't be used: {lacking}.")
    except Unavailable as error:
        [reason, *_] = str(error.__cause__).splitlines()
        reason = reason.removeprefix("(psycopg2.OperationalError) ")
        sys.exit(f"turnout: DATABASE_URL: the database can't be used: {reason}")
    except (psycopg2.ProgrammingError, ProgrammingError) as error:
        refusal: Any = getattr(error, "orig", error)
        if refusal.pgcode not in (INSUFFICIENT_PRIVILEGE, UNDEFINED_TABLE):
            raise  # a defect of ours
        [reason, *_] = str(refusal).splitlines()
        sys.exit(f"turnout: DATABASE_URL: the database refuses: {reason}")


def _stop(number: int, _: Any) -> None:
    """End by way of everything that must be put away: a server, a file that is half written."""
    sys.exit(128 + number)


if __name__ == "__main__":
    main()
