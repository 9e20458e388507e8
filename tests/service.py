"""The service as real gunicorn processes."""

import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import psutil

from tests.processes import READY, environment
from tests.sample_data import KEY

ROOT = Path(__file__).parents[1]
AS_IT_SHIPS = "entrypoints.wsgi:create_app()"
WITHOUT_LOCKS = "tests.torture.unlocked:create_app()"
STOP_TIMEOUT_S = 60


class Service:
    def __init__(self, process: subprocess.Popen, base_url: str) -> None:
        self.process = process
        self.base_url = base_url

    def workers(self):
        return psutil.Process(self.process.pid).children()

    def kill_a_worker(self):
        [first, *_] = self.workers()
        first.send_signal(signal.SIGKILL)
        first.wait()

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)


@contextmanager
def a_service(town, app=AS_IT_SHIPS, stderr=subprocess.DEVNULL, **settings):
    # By default nobody reads what gunicorn tells of every worker that is killed.
    with subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--config=python:entrypoints.gunicorn_conf", app],
        cwd=ROOT,
        env=environment(
            DATABASE_URL=town.database_url,
            JWT_SECRET_KEY=KEY,
            **{"RATELIMIT_ENABLED": "false"} | settings,
        ),
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
    ) as process:
        try:
            announcement = "".join(process.stdout.readline() for _ in range(3))
            yield Service(process, READY.fullmatch(announcement)["base"])
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=STOP_TIMEOUT_S)
