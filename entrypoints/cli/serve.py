"""Commands that serve the API."""

import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from typing import Any

import click

from entrypoints.cli.database import migrate
from entrypoints.cli.listen_address import require_free
from entrypoints.settings import (
    read_data_dir,
    read_jwt_secret_key,
    read_log_settings,
    read_metrics_settings,
    read_server_settings,
    read_settings,
    read_tracing_settings,
    read_web_timeouts,
)

GUNICORN = (
    sys.executable,
    "-m",
    "gunicorn",
    "--config=python:entrypoints.gunicorn_conf",
    "entrypoints.wsgi:create_app()",
)
# Ctrl-C, a polite kill, and the end of the terminal.
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@click.command()
@click.option("--migrate", "is_migrating", is_flag=True, help="Bring the schema up to date first.")
@click.pass_context
def serve(context: click.Context, is_migrating: bool) -> None:
    """Serve the API on HOST and PORT with gunicorn."""
    read_settings()
    read_log_settings()
    read_tracing_settings()
    read_web_timeouts()
    _require_free_ports()
    if is_migrating:
        context.invoke(migrate)
    os.execv(sys.executable, GUNICORN)


@click.command()
@click.pass_context
def run(context: click.Context) -> None:
    """Serve the API with nothing set up: brings its own PostgreSQL unless DATABASE_URL is set."""
    # Only this command needs the packages that come with it.
    from entrypoints.embedded_postgres import create_data_dir, embedded_postgres, stored_secret_key

    for number in STOP_SIGNALS:
        signal.signal(number, _stop)
    _require_free_ports()
    read_tracing_settings()
    data_dir = read_data_dir()
    with ExitStack() as services:
        if "JWT_SECRET_KEY" not in os.environ:
            os.environ["JWT_SECRET_KEY"] = stored_secret_key(create_data_dir(data_dir))
        read_jwt_secret_key()
        if "DATABASE_URL" not in os.environ:
            postgres = embedded_postgres(create_data_dir(data_dir))
            os.environ["DATABASE_URL"] = services.enter_context(postgres)
        read_settings()
        read_log_settings()
        read_web_timeouts()
        context.invoke(migrate)
        exit_code = _run_gunicorn()
    sys.exit(exit_code)


def _stop(*_: Any) -> None:
    """End the process by way of everything that it must stop, and let nothing hasten it."""
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    sys.exit()


def _run_gunicorn() -> int:
    # In a session of its own, so that Ctrl-C reaches gunicorn once, as a request to drain.
    server = subprocess.Popen(GUNICORN, start_new_session=True)
    try:
        return server.wait()
    finally:
        server.terminate()
        server.wait()


def _require_free_ports() -> None:
    server = read_server_settings()
    require_free("", server.host, server.port)
    if metrics := read_metrics_settings():
        require_free("METRICS_", metrics.host, metrics.port)
