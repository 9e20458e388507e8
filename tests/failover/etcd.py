"""Three etcd members, and the network between them and a database node."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import requests

from tests.concurrency import wait_until
from tests.processes import free_port

TIMEOUT_S = 2


class Member:
    def __init__(self, name: str, directory: Path) -> None:
        self.name = name
        self._directory = directory
        self._command: list[str] = []
        self.port, peer_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.peer_url = f"http://127.0.0.1:{peer_port}"

    def configure(self, members: "list[Member]") -> None:
        cluster = ",".join(f"{each.name}={each.peer_url}" for each in members)
        self._command = [
            "etcd",
            f"--name={self.name}",
            f"--data-dir={self._directory / self.name}",
            f"--listen-client-urls={self.url}",
            f"--advertise-client-urls={self.url}",
            f"--listen-peer-urls={self.peer_url}",
            f"--initial-advertise-peer-urls={self.peer_url}",
            f"--initial-cluster={cluster}",
        ]

    def start(self) -> None:
        with (self._directory / f"{self.name}.log").open("a") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log)

    def is_ready(self) -> bool:
        """Whether the member has joined the others. Until then, Patroni refuses to start."""
        try:
            version = requests.get(f"{self.url}/version", timeout=TIMEOUT_S).json()
        except requests.RequestException:
            return False
        return version["etcdcluster"] != "not_decided"

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


class Etcd:
    def __init__(self, directory: Path) -> None:
        self.members = [Member(f"etcd-{number}", directory) for number in (1, 2, 3)]
        for member in self.members:
            member.configure(self.members)

    def start(self) -> None:
        for member in self.members:
            member.start()
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        for member in self.members:
            wait_until(member.is_ready, f"{member.name} is ready")

    def leader(self) -> Member:
        endpoints = ",".join(each.url for each in self.members)
        command = ["etcdctl", f"--endpoints={endpoints}", "endpoint", "status", "--write-out=json"]
        output = subprocess.run(command, capture_output=True, check=True).stdout
        for endpoint in json.loads(output):
            status = endpoint["Status"]
            if status["leader"] == status["header"]["member_id"]:
                return next(each for each in self.members if each.url == endpoint["Endpoint"])
        raise LookupError("etcd has no leader")

    def kill(self) -> None:
        for member in self.members:
            member.kill()


class Link:
    """The network between one database node and etcd: an HAProxy that only forwards bytes."""

    def __init__(self, directory: Path, etcd: Etcd) -> None:
        self.addresses = [f"127.0.0.1:{free_port()}" for _ in etcd.members]
        self._configuration = directory / "link.cfg"
        lines = ["defaults", " mode tcp", " timeout connect 2s", " timeout client 1h"]
        lines += [" timeout server 1h"]
        for member, address in zip(etcd.members, self.addresses, strict=True):
            lines += [f"listen {member.name}", f" bind {address}"]
            lines += [f" server etcd 127.0.0.1:{member.port}"]
        self._configuration.write_text("\n".join(lines) + "\n")

    def start(self) -> None:
        self._process = psutil.Popen(["haproxy", "-q", "-f", self._configuration])
        # Patroni ends at once if it cannot reach etcd when it starts.
        wait_until(self._is_listening, "the link listens")

    def _is_listening(self) -> bool:
        connections = self._process.net_connections(kind="tcp")
        listening = [each for each in connections if each.status == psutil.CONN_LISTEN]
        return len(listening) == len(self.addresses)

    @contextmanager
    def cut(self) -> Iterator[None]:
        """As if packets were lost: connections are neither closed nor refused."""
        self._process.suspend()
        try:
            yield
        finally:
            self._process.resume()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
