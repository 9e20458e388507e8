"""Commands that serve the API."""

import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from typing import Any, TextIO

import click

from entrypoints import BANNER_VARIABLE
from entrypoints.cli.database import migrate, require_utf8
from entrypoints.cli.listen_address import require_free
from entrypoints.cli.selected_database import NO_DATABASE
from entrypoints.data_dir import (
    create_data_dir,
    load_or_create_secret_key,
    locked,
    name_process,
)
from entrypoints.settings import (
    SettingsError,
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
BANNER = """\
  Data        {data}
  Demo        make demo, make seed-demo: in another terminal, with the same settings
  Stop        Ctrl-C
"""
# Ctrl-C, kill, and the closing of the terminal.
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@click.command()
@click.option("--migrate", "is_migrating", is_flag=True, help="Migrate the schema first.")
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
    else:
        require_utf8()
    os.execv(sys.executable, GUNICORN)


@click.command(short_help="Serve the API without any setup.")
@click.pass_context
def run(context: click.Context) -> None:
    """Serve the API without any setup; starts its own PostgreSQL unless DATABASE_URL is set."""
    for number in STOP_SIGNALS:
        signal.signal(number, _stop)
    read_tracing_settings()
    read_log_settings()
    read_web_timeouts()
    if "JWT_SECRET_KEY" in os.environ:
        read_jwt_secret_key()
    data_dir = read_data_dir()
    with ExitStack() as services:
        lock = None
        if "DATABASE_URL" not in os.environ:
            try:
                from entrypoints.embedded_postgres import running_postgres
            except ImportError as error:
                raise SettingsError(NO_DATABASE) from error
            # Before checking the ports, because this error names the process that uses them.
            lock = services.enter_context(locked(create_data_dir(data_dir)))
        _require_free_ports()
        if "JWT_SECRET_KEY" not in os.environ:
            os.environ["JWT_SECRET_KEY"] = load_or_create_secret_key(create_data_dir(data_dir))
        if lock:
            os.environ["DATABASE_URL"] = services.enter_context(running_postgres(data_dir))
        read_settings()
        context.invoke(migrate)
        os.environ[BANNER_VARIABLE] = BANNER.format(
            data=f"in {data_dir.resolve()}" if lock else "in the database of DATABASE_URL"
        )
        exit_code = _run_gunicorn(lock)
    sys.exit(exit_code)


def _stop(*_: Any) -> None:
    """Exit with cleanup, which further signals do not interrupt."""
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    sys.exit()


def _run_gunicorn(lock: TextIO | None) -> int:
    """Run gunicorn. It inherits the lock, so it keeps it if only this process is killed."""
    # In its own session: Ctrl-C must not reach gunicorn, which gets one SIGTERM to drain.
    server = subprocess.Popen(
        GUNICORN, start_new_session=True, pass_fds=[lock.fileno()] if lock else []
    )
    try:
        if lock:
            name_process(lock, server.pid)
        return server.wait()
    finally:
        server.terminate()
        server.wait()


def _require_free_ports() -> None:
    server = read_server_settings()
    require_free("", server.host, server.port)
    if metrics := read_metrics_settings():
        require_free("METRICS_", metrics.host, metrics.port)
