import sys

import click
from marshmallow import ValidationError

from domain.errors import DomainError
from entrypoints.cli.containers import container_on
from entrypoints.cli.database import require_migrated
from entrypoints.cli.errors import CommandError
from entrypoints.cli.selected_database import selected_database


@click.command()
@click.argument("username")
@click.option("--email", help="Their address; nothing is sent there.")
@click.option(
    "--password-stdin", "is_piped", is_flag=True, help="Take the password from standard input."
)
def create_user(username: str, email: str | None, is_piped: bool) -> None:
    """Open the account USERNAME, by the rules of signing up.

    The password is asked for twice, and is not shown; or it is the first line of standard input.

    Works on DATABASE_URL, or else on the database of make run.
    """
    # Only this command needs a form of HTTP's, for what it refuses.
    from adapters.http.accounts.schemas import SignUpSchema

    with selected_database() as database:
        container = container_on(database.url)
        require_migrated(container.engine())
        password = _piped_password() if is_piped else _asked_password()
        account = {"username": username, "password": password, "email": email}
        try:
            profile = container.use_cases().sign_up(**SignUpSchema().load(account))
        except ValidationError as error:
            [(name, [problem, *_]), *_] = error.messages_dict.items()
            raise CommandError(f"{name}: {problem}") from error
        except DomainError as refusal:
            raise CommandError(refusal.detail) from refusal
        finally:
            container.engine().dispose()
    click.echo(f"{profile.username} can log in.")


def _asked_password() -> str:
    if not (sys.stdin and sys.stdin.isatty()):
        raise CommandError(
            "password: there is no terminal to ask for it; pipe it, with --password-stdin."
        )
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return password


def _piped_password() -> str:
    """The line without its end."""
    if not sys.stdin:  # closed, as by <&-
        raise CommandError("password: standard input is closed.")
    line = sys.stdin.buffer.readline()
    try:
        return line.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError as error:
        raise CommandError("password: standard input is not UTF-8.") from error
