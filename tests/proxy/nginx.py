"""nginx with the deployed configuration; only the addresses differ."""

import os
import re
import shutil
import socket
import subprocess
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.concurrency import wait_until
from tests.processes import free_port

DEPLOYED = Path(__file__).parents[2] / "deploy" / "nginx"
# Where it buffers large bodies.
TEMPORARY_PATHS = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


class Proxy:
    def __init__(self, base_url: str, log: Path, errors: Path) -> None:
        self.base_url = base_url
        self.log = log
        self.errors = errors


@contextmanager
def a_proxy(directory: Path, *services: str, **directives: str):
    """nginx in front of the services at these base URLs; `directives` replace its own."""
    port = free_port()
    directory.mkdir()
    write_configuration(directory, port, services, directives)
    log, errors = directory / "log", directory / "errors"
    as_root = " user root;" if os.geteuid() == 0 else ""
    with (
        log.open("w") as stdout,
        errors.open("w") as stderr,
        subprocess.Popen(
            [
                *("nginx", "-p", str(directory), "-c", str(directory / "nginx.conf")),
                *("-e", "/dev/stderr", "-g", f"daemon off; pid {directory}/pid;{as_root}"),
            ],
            stdout=stdout,
            stderr=stderr,
        ) as process,
    ):
        try:
            wait_until(
                lambda: process.poll() is not None or accepts_connections(port),
                "nginx accepts connections",
            )
            assert process.poll() is None, errors.read_text()
            yield Proxy(f"http://127.0.0.1:{port}", log, errors)
        finally:
            process.terminate()
            process.wait(timeout=30)


def write_configuration(directory: Path, port: int, services, directives: dict[str, str]) -> None:
    text = (DEPLOYED / "nginx.conf").read_text()
    for name, value in {"listen": f"127.0.0.1:{port}", **directives}.items():
        text, count = re.subn(rf"\b{name} [^;]+;", f"{name} {value};", text)
        assert count == 1, name
    (directory / "nginx.conf").write_text(text)
    shutil.copy(DEPLOYED / "problems.conf", directory)
    servers = "".join(f"server {urlsplit(each).netloc} max_fails=0;" for each in services)
    upstream = (DEPLOYED / "upstream-one.conf").read_text()
    upstream = re.sub(r"server .*", lambda _: servers, upstream, count=1)
    paths = [f"{each}_temp_path {directory}/{each};" for each in TEMPORARY_PATHS]
    (directory / "upstream.conf").write_text("\n".join([upstream, *paths]) + "\n")


def accepts_connections(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
