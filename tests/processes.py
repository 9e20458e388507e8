"""Turnout's commands as subprocesses."""

import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager

NOT_INHERITED = (
    *("DATABASE_URL", "JWT_SECRET_KEY", "DATA_DIR", "HOST"),
    *("METRICS_HOST", "METRICS_PORT", "WORKER_METRICS_PORT", "PROMETHEUS_MULTIPROC_DIR"),
    *("SMTP_URL", "MAIL_DIR", "MAIL_FROM", "PUBLIC_APP_URL", "WEBHOOK_ALLOW_PRIVATE_NETWORKS"),
)
# The cheapest parameters that the settings allow.
CHEAP_HASHING = {"ARGON2_MEMORY_KIB": str(7 * 1024), "ARGON2_PASSES": "1"}
# Releases up to 0.2.0 say "Turnout answers."
READY = re.compile(
    r"Turnout (?:is running|answers)\.\n +API +(?P<base>http://\S+)\n +Swagger UI +\S+\n"
)


def command(*arguments, python=sys.executable):
    return [python, "-m", "entrypoints.cli", *arguments]


def environment(**settings):
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in NOT_INHERITED and not name.startswith("OTEL_")
    }
    return inherited | {"PORT": str(free_port())} | settings


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running_cli(root, *arguments, stderr=None, python=sys.executable, **settings):
    """The process and base URL of a command that serves; stopped at the end."""
    with subprocess.Popen(
        command(*arguments, python=python),
        cwd=root,
        env=environment(**CHEAP_HASHING | settings),
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
    ) as process:
        try:
            announcement = "".join(process.stdout.readline() for _ in range(3))
            assert READY.fullmatch(announcement), announcement
            yield process, READY.fullmatch(announcement)["base"]
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)


def run_cli(root, *arguments, python=sys.executable, **settings):
    return subprocess.run(
        command(*arguments, python=python),
        cwd=root,
        env=environment(**settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
