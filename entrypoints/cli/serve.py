"""Commands that serve the API."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import Thread
from typing import Any, TextIO

import click

from entrypoints import BANNER_VARIABLE
from entrypoints.cli.database import migrate, require_utf8
from entrypoints.cli.errors import CommandError
from entrypoints.cli.listen_address import require_free
from entrypoints.cli.selected_database import NO_DATABASE, require_postgresql
from entrypoints.cli.worker import describe_mail
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
    read_mail_settings,
    read_metrics_settings,
    read_server_settings,
    read_settings,
    read_tracing_settings,
    read_web_timeouts,
    read_worker_metrics_settings,
)

GUNICORN = (
    sys.executable,
    "-m",
    "gunicorn",
    "--config=python:entrypoints.gunicorn_conf",
    "entrypoints.wsgi:create_app()",
)
# It ends when its standard input does: when this process dies.
WORKER = (sys.executable, "-m", "entrypoints.cli", "worker", "--stop-on-eof")
# Longer than a request takes. The server for mails may take longer.
WORKER_STOP_S = 30
BANNER = """\
  Data        {data}
  Mail        {mails}
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
    mails = read_mail_settings()
    _require_free_ports()
    if is_migrating:
        context.invoke(migrate)
    else:
        require_utf8()
    os.environ[BANNER_VARIABLE] = f"  Mail        {describe_mail(mails)}\n"
    os.execv(sys.executable, GUNICORN)


@click.command(short_help="Serve the API without any setup.")
@click.option("--without-worker", is_flag=True, help="Start no worker: send no webhooks or emails.")
@click.pass_context
def run(context: click.Context, *, without_worker: bool) -> None:
    """Serve the API and run a worker, without any setup.

    Starts its own PostgreSQL unless DATABASE_URL is set. The worker writes emails to files in
    DATA_DIR unless SMTP_URL is set, and sends webhooks to this machine, too.
    """
    for number in STOP_SIGNALS:
        signal.signal(number, _stop)
    read_tracing_settings()
    read_log_settings()
    read_web_timeouts()
    if "JWT_SECRET_KEY" in os.environ:
        read_jwt_secret_key()
    data_dir = read_data_dir()
    if not without_worker:
        os.environ.setdefault("MAIL_DIR", str(data_dir / "mail"))
        os.environ.setdefault("WEBHOOK_ALLOW_PRIVATE_NETWORKS", "true")
        read_worker_metrics_settings()
    with ExitStack() as services:
        lock = None
        if "DATABASE_URL" not in os.environ:
            require_postgresql()
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
            data=f"in {data_dir.resolve()}" if lock else "in the database of DATABASE_URL",
            mails=describe_mail(read_mail_settings()),
        )
        worker = None if without_worker else services.enter_context(_running_worker())
        exit_code = _run_gunicorn(lock, worker)
        if worker and worker.poll() is not None:
            raise CommandError("the worker has ended; see above.")
    sys.exit(exit_code)


def _stop(*_: Any) -> None:
    """Exit with cleanup, which further signals do not interrupt."""
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    sys.exit()


@contextmanager
def _running_worker() -> Iterator[subprocess.Popen[bytes]]:
    # In its own session: Ctrl-C must not reach it. It prints what the banner says.
    with subprocess.Popen(
        WORKER, start_new_session=True, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    ) as worker:
        try:
            yield worker
        finally:
            worker.terminate()
            try:
                worker.wait(WORKER_STOP_S)
            except subprocess.TimeoutExpired:
                worker.kill()


def _run_gunicorn(lock: TextIO | None, worker: subprocess.Popen[bytes] | None) -> int:
    """Run gunicorn until it or the worker ends.

    It inherits the lock, so it keeps it if only this process is killed.
    """
    # In its own session: Ctrl-C must not reach gunicorn, which gets one SIGTERM to drain.
    server = subprocess.Popen(
        GUNICORN, start_new_session=True, pass_fds=[lock.fileno()] if lock else []
    )
    try:
        if lock:
            name_process(lock, server.pid)
        if worker:
            Thread(target=_stop_after, args=(server, worker), daemon=True).start()
        return server.wait()
    finally:
        server.terminate()
        server.wait()


def _stop_after(server: subprocess.Popen[bytes], worker: subprocess.Popen[bytes]) -> None:
    worker.wait()
    server.terminate()


def _require_free_ports() -> None:
    server = read_server_settings()
    require_free(server.host, server.port, "HOST", "PORT")
    if metrics := read_metrics_settings():
        require_free(metrics.host, metrics.port, "METRICS_HOST", "METRICS_PORT")
