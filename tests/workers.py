"""Worker processes, which deliver webhooks and mails."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.processes import command, environment
from tests.service import ROOT

STOP_TIMEOUT_S = 60


def start_worker(database_url: str, **settings: str) -> subprocess.Popen[bytes]:
    """It may send webhooks to this machine."""
    return subprocess.Popen(
        command("worker"),
        cwd=ROOT,
        env=environment(
            DATABASE_URL=database_url, **{"WEBHOOK_ALLOW_PRIVATE_NETWORKS": "true"} | settings
        ),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def kill(process: subprocess.Popen[Any]) -> None:
    process.kill()
    process.wait()


@contextmanager
def a_worker(database_url: str, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    """Stopped at the end, if it still runs."""
    with start_worker(database_url, **settings) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_TIMEOUT_S)
            finally:
                process.kill()
