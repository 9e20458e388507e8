import asyncio
import signal
import sys
from typing import TYPE_CHECKING

import click

from adapters.postgres.errors import WrongEncoding
from application.errors import Unavailable
from entrypoints.cli.database import require_migrated
from entrypoints.cli.listen_address import require_free
from entrypoints.settings import (
    MailSettings,
    read_log_settings,
    read_worker_metrics_settings,
    read_worker_settings,
)

if TYPE_CHECKING:
    from adapters.worker.worker import Worker


@click.command(short_help="Send webhooks and emails.")
@click.option("--stop-on-eof", is_flag=True, help="Also stop when standard input ends.")
def worker(*, stop_on_eof: bool) -> None:
    """Send webhooks and emails until SIGTERM or Ctrl-C.

    Needs the API's DATABASE_URL and settings of webhooks and mail. Any number of workers can run.
    One that is killed loses nothing.
    """
    # The exception of another handler could get lost during imports. There is nothing to clean up.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    # Imported here: other commands do not need aiohttp and structlog.
    from adapters.telemetry.logging import configure_logging
    from entrypoints.worker_container import WorkerContainer

    settings = read_worker_settings()
    metrics = read_worker_metrics_settings()
    log = read_log_settings()
    container = WorkerContainer(settings=settings)
    if metrics:
        require_free(metrics.host, metrics.port, "METRICS_HOST", "WORKER_METRICS_PORT")
    try:
        require_migrated(container.engine())
    except WrongEncoding:
        raise
    except Unavailable:
        pass  # it may come up later
    configure_logging(log.level, log.format)
    if metrics:
        container.metrics().serve(metrics.host, metrics.port, container.backlogs)
    click.echo(f"Turnout's worker is running.\n  Mail        {describe_mail(settings.mail)}")
    asyncio.run(_run(container.worker(), stop_on_eof=stop_on_eof))


async def _run(worker: "Worker", *, stop_on_eof: bool) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)

    def end_of_input() -> None:
        loop.remove_reader(sys.stdin)
        stop.set()

    if stop_on_eof:
        loop.add_reader(sys.stdin, end_of_input)
    await worker.run(stop)


def describe_mail(settings: MailSettings) -> str:
    if settings.server:
        return f"through {settings.server.host}"
    if settings.directory:
        return f"in {settings.directory.resolve()}"
    return "none: SMTP_URL is not set"
