import sys

import click
from marshmallow import ValidationError

from domain.errors import DomainError
from entrypoints.cli.containers import container_on
from entrypoints.cli.database import require_migrated
from entrypoints.cli.errors import CommandError
from entrypoints.cli.selected_database import selected_database


@click.command(short_help="Create an account.")
@click.argument("username")
@click.option("--email", help="Email address. A worker sends an email to verify it.")
@click.option(
    "--password-stdin", "is_piped", is_flag=True, help="Read the password from standard input."
)
def create_user(username: str, email: str | None, is_piped: bool) -> None:
    """Create the account USERNAME, by the same rules as signing up.

    Prompts for the password, or reads it from the first line of standard input.

    Uses DATABASE_URL, or the database of make run.
    """
    # Imported here: only this command needs the HTTP schema.
    from adapters.http.accounts.schemas import SignUpSchema

    with selected_database() as database:
        container = container_on(database.url)
        require_migrated(container.engine())
        password = _read_password() if is_piped else _prompt_password()
        account = {"username": username, "password": password, "email": email}
        try:
            profile = container.use_cases().sign_up(**SignUpSchema().load(account))
        except ValidationError as error:
            [(name, [problem, *_]), *_] = error.messages_dict.items()
            raise CommandError(f"{name}: {problem}") from error
        except DomainError as error:
            raise CommandError(error.detail) from error
        finally:
            container.engine().dispose()
    click.echo(f"{profile.username} can log in.")


def _prompt_password() -> str:
    if not (sys.stdin and sys.stdin.isatty()):
        raise CommandError(
            "password: there is no terminal to prompt on; pipe it, with --password-stdin."
        )
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return password


def _read_password() -> str:
    """The first line, without its line break."""
    if not sys.stdin:  # closed, as by <&-
        raise CommandError("password: standard input is closed.")
    line = sys.stdin.buffer.readline()
    try:
        return line.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError as error:
        raise CommandError("password: standard input is not UTF-8.") from error
