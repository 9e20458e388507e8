"""The command line: `python -m entrypoints.cli --help`."""

import sys

import click

from adapters.persistence.session_bounds import Unbounded
from application.errors import Unavailable
from entrypoints import VERSION
from entrypoints.commands.database import bound_sessions, migrate, verify_data
from entrypoints.commands.demo import demo
from entrypoints.commands.document import export_openapi
from entrypoints.commands.serving import run, serve
from entrypoints.environment import SettingsError

COMMANDS = (bound_sessions, demo, export_openapi, migrate, run, serve, verify_data)


@click.group(help="Turnout, an events API.", context_settings={"max_content_width": 100})
@click.version_option(VERSION, prog_name="turnout")
def cli() -> None:
    pass


for command in COMMANDS:
    cli.add_command(command)


def main() -> None:
    try:
        cli()
    except SettingsError as error:
        sys.exit(f"turnout: {error}")
    except Unbounded as error:
        lacking = "; ".join(error.lacking)
        sys.exit(f"turnout: DATABASE_URL: its sessions can't be used: {lacking}.")
    except Unavailable as error:
        [reason, *_] = str(error.__cause__).splitlines()
        reason = reason.removeprefix("(psycopg2.OperationalError) ")
        sys.exit(f"turnout: DATABASE_URL: the database can't be used: {reason}")


if __name__ == "__main__":
    main()
