"""The service as gunicorn processes."""

import random
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import psutil

from tests.processes import READY, environment
from tests.sample_data import KEY

ROOT = Path(__file__).parents[1]
APP = "entrypoints.wsgi:create_app()"
APP_WITHOUT_LOCKS = "tests.torture.unlocked:create_app()"
STOP_TIMEOUT_S = 60


class Service:
    def __init__(self, process: subprocess.Popen, base_url: str) -> None:
        self.process = process
        self.base_url = base_url

    def workers(self):
        return psutil.Process(self.process.pid).children()

    def kill_worker(self):
        # Any worker: one of them may have all connections.
        worker = random.choice(self.workers())
        worker.send_signal(signal.SIGKILL)
        worker.wait()

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)


@contextmanager
def a_service(database_url, app=APP, stderr=subprocess.DEVNULL, **settings):
    # By default, discard what gunicorn logs about killed workers.
    with subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--config=python:entrypoints.gunicorn_conf", app],
        cwd=ROOT,
        env=environment(
            DATABASE_URL=database_url,
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
