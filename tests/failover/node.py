"""A database node: Patroni and its PostgreSQL in a PID namespace, as in a container."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import psutil
import requests
import yaml

from entrypoints.embedded_postgres import BIN_DIR, server_user_command
from tests.failover.etcd import Link
from tests.processes import free_port
from tests.torture.clusters import signal_all

ROOT = Path(__file__).parents[2]
DEPLOYED = ROOT / "deploy" / "patroni" / "patroni.yml"
PROGRAMS = ROOT / ".venv" / "patroni" / "bin"
PASSWORD = "the password of the cluster"
STOP_S = 30
API_TIMEOUT_S = 2


class Node:
    def __init__(self, name: str, directory: Path, link: Link) -> None:
        self.name = name
        self.link = link
        self.port, self.api_port = free_port(), free_port()
        self.host = f"127.0.0.1:{self.port}"
        self.api = f"http://127.0.0.1:{self.api_port}"
        self.log = directory / "log"
        self.configuration = directory / "patroni.yml"
        self._directory = directory
        self.configuration.write_text(yaml.safe_dump(self._configure()))

    def _configure(self):
        """As deployed, except for addresses, paths and authentication."""
        config = yaml.safe_load(DEPLOYED.read_text())
        config["name"] = self.name
        del config["bootstrap"]["post_bootstrap"]
        config["bootstrap"]["initdb"].append("no-sync")
        postgresql = config["postgresql"]
        postgresql["listen"] = postgresql["connect_address"] = self.host
        postgresql["data_dir"] = str(self._directory / "data")
        postgresql["bin_dir"] = str(BIN_DIR)
        postgresql["pgpass"] = str(self._directory / "pgpass")
        postgresql["parameters"]["unix_socket_directories"] = str(self._directory)
        for role in ("replication", "rewind"):
            postgresql["authentication"][role]["password"] = PASSWORD
        # PostgreSQL uses the first line that matches.
        postgresql["pg_hba"][:0] = ["local all all trust", "host all postgres samehost trust"]
        # Otherwise Patroni would connect to the addresses that etcd advertises.
        config["etcd3"] = {"hosts": self.link.addresses, "use_proxies": True}
        api = f"127.0.0.1:{self.api_port}"
        config["restapi"]["listen"] = config["restapi"]["connect_address"] = api
        config["restapi"]["authentication"]["password"] = PASSWORD
        return config

    def start(self) -> None:
        command = ["unshare", "--pid", "--fork", "--mount-proc"]
        if os.geteuid():
            command += ["--user", "--map-current-user"]
        command += server_user_command(self._directory, program=PROGRAMS / "python")
        with self.log.open("a") as log:
            self._process = psutil.Popen(
                [*command, PROGRAMS / "patroni", self.configuration],
                cwd="/",
                stdout=log,
                stderr=log,
            )

    def _init(self) -> psutil.Process:
        """Process 1 of the namespace: it starts Patroni and adopts PostgreSQL."""
        [init] = self._process.children()
        return init

    def _patroni(self) -> psutil.Process:
        [process] = [each for each in self._init().children() if each.name() != "postgres"]
        return process

    def postmaster(self) -> psutil.Process:
        [process] = [each for each in self._init().children() if each.name() == "postgres"]
        return process

    def wal_receivers(self) -> list[psutil.Process]:
        return [each for each in self.postmaster().children() if "walreceiver" in each.cmdline()[0]]

    def etcd_silence_s(self) -> float:
        """Seconds since Patroni last heard from etcd."""
        status = requests.get(f"{self.api}/patroni", timeout=API_TIMEOUT_S).json()
        return time.time() - status["dcs_last_seen"]

    def kill(self) -> None:
        """As in a power failure: all processes end at once."""
        if self._process.is_running():
            for init in self._process.children():
                init.kill()
            self._process.wait()

    def kill_patroni(self) -> None:
        """PostgreSQL must end with it."""
        self._patroni().kill()
        self._process.wait(STOP_S)

    def terminate(self) -> None:
        self._init().terminate()
        self._process.wait(STOP_S)

    def frozen(self) -> AbstractContextManager[None]:
        """As when a virtual machine is paused: connections stay open, nothing responds."""
        return suspended(self._process.children(recursive=True))

    def frozen_patroni(self) -> AbstractContextManager[None]:
        return suspended([self._patroni()])

    def frozen_postgres(self) -> AbstractContextManager[None]:
        postmaster = self.postmaster()
        return suspended([postmaster, *postmaster.children(recursive=True)])


@contextmanager
def suspended(processes: list[psutil.Process]) -> Iterator[None]:
    signal_all(processes, signal.SIGSTOP)
    try:
        yield
    finally:
        signal_all(processes, signal.SIGCONT)
