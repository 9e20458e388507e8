"""The command line: `python -m entrypoints.cli --help`."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack

import click

from adapters.persistence.engine import make_engine
from adapters.persistence.migrate import migrate as migrate_database
from application.errors import Unavailable
from entrypoints.demo import demo
from entrypoints.settings import (
    SettingsError,
    read_data_dir,
    read_database_url,
    read_server_settings,
    read_settings,
)

GUNICORN = (
    sys.executable,
    "-m",
    "gunicorn",
    "--config=python:entrypoints.gunicorn_conf",
    "entrypoints.wsgi:create_app()",
)


@click.group(help="Turnout, an events API.")
def cli() -> None:
    pass


@cli.command()
def migrate() -> None:
    """Bring the schema of DATABASE_URL up to date."""
    engine = make_engine(read_database_url(), pool_size=1)
    try:
        migrate_database(engine)
    finally:
        engine.dispose()


@cli.command()
@click.option("--migrate", "is_migrating", is_flag=True, help="Bring the schema up to date first.")
@click.pass_context
def serve(context: click.Context, is_migrating: bool) -> None:
    """Serve the API on HOST and PORT with gunicorn."""
    read_settings()
    _require_free_port()
    if is_migrating:
        context.invoke(migrate)
    os.execv(sys.executable, GUNICORN)


@cli.command()
@click.pass_context
def run(context: click.Context) -> None:
    """Serve the API with nothing set up: brings its own PostgreSQL unless DATABASE_URL is set."""
    # Only this command needs the packages that come with it.
    from entrypoints.local_services import embedded_postgres, kept_secret_key

    _require_free_port()
    data_dir = read_data_dir()
    with ExitStack() as services:
        if "DATABASE_URL" not in os.environ or "JWT_SECRET_KEY" not in os.environ:
            data_dir.mkdir(parents=True, exist_ok=True)
        if "JWT_SECRET_KEY" not in os.environ:
            os.environ["JWT_SECRET_KEY"] = kept_secret_key(data_dir)
        if "DATABASE_URL" not in os.environ:
            os.environ["DATABASE_URL"] = services.enter_context(embedded_postgres(data_dir))
        read_settings()
        context.invoke(migrate)
        exit_code = _serve_until_told_to_stop()
    sys.exit(exit_code)


def _serve_until_told_to_stop() -> int:
    # In a session of its own, so that Ctrl-C reaches gunicorn once, as a request to drain.
    server = subprocess.Popen(GUNICORN, start_new_session=True)
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: server.terminate())
        return server.wait()
    finally:
        server.terminate()
        server.wait()


def _require_free_port() -> None:
    settings = read_server_settings()
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise SettingsError(
                f"PORT: {settings.host}:{settings.port} can't be used ({error.strerror})."
            ) from error


cli.add_command(demo)


def main() -> None:
    try:
        cli()
    except SettingsError as error:
        sys.exit(f"turnout: {error}")
    except Unavailable as error:
        [reason, *_] = str(error.__cause__).splitlines()
        sys.exit(f"turnout: DATABASE_URL: the database does not answer: {reason}")


if __name__ == "__main__":
    main()
