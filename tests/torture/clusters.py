"""PostgreSQL clusters to stop, freeze and kill."""

import signal
import subprocess
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from entrypoints.embedded_postgres import BIN_DIR, server_user_command
from tests.processes import free_port

# Of the service that most scenarios share. It queues mails, which nobody sends.
SERVICE_SETTINGS = {"WEBHOOK_ALLOW_PRIVATE_NETWORKS": "true", "MAIL_DIR": "unused"}


class Cluster:
    """One PostgreSQL server on its own port of 127.0.0.1."""

    def __init__(self, directory: Path, **options):
        self.directory = directory
        self.data = directory / "data"
        self.log = directory / "log"
        self.output = directory / "output"
        self.port = free_port()
        self.options = options

    @property
    def host(self):
        return f"127.0.0.1:{self.port}"

    def _run(self, program, *arguments):
        command = [*server_user_command(self.directory), BIN_DIR / program, *arguments]
        # A file, because the server would keep a pipe open.
        with self.output.open("w") as output:
            process = subprocess.run(command, cwd="/", stdout=output, stderr=output, check=False)
        assert process.returncode == 0, self.output.read_text()

    def create(self):
        self._run(
            "initdb",
            "--no-sync",
            "--auth=trust",
            "--encoding=utf8",
            "-U",
            "postgres",
            "-D",
            self.data,
        )

    def start(self):
        options = {"port": self.port, "listen_addresses": "127.0.0.1"} | self.options
        # No socket file: the path of its directory may be too long.
        flags = ["-c unix_socket_directories=''", *(f"-c {k}={v}" for k, v in options.items())]
        log = ("-l", self.log, "-o", " ".join(flags))
        self._run("pg_ctl", "start", "-w", "-D", self.data, *log)

    def stop(self):
        self._run("pg_ctl", "stop", "-w", "-m", "fast", "-D", self.data)

    def processes(self):
        pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])
        postmaster = psutil.Process(pid)
        return [postmaster, *postmaster.children(recursive=True)]

    def kill(self):
        """As after a power failure: no connection is closed."""
        killed = self.processes()
        signal_all(killed, signal.SIGKILL)
        psutil.wait_procs(killed, timeout=30)

    @contextmanager
    def frozen(self):
        """As when a virtual machine is paused: connections stay open, nothing responds."""
        processes = self.processes()
        signal_all(processes, signal.SIGSTOP)
        try:
            yield
        finally:
            signal_all(processes, signal.SIGCONT)


def signal_all(processes, number):
    for process in processes:
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            continue  # it has already ended


@contextmanager
def a_cluster(**options):
    """A running cluster; killed at the end if it still runs."""
    with TemporaryDirectory(prefix="turnout-cluster-") as name:
        directory = Path(name) / "server"
        directory.mkdir()
        cluster = Cluster(directory, **options)
        cluster.create()
        try:
            cluster.start()
            yield cluster
        finally:
            if (cluster.data / "postmaster.pid").exists():
                with suppress(psutil.NoSuchProcess):  # already killed
                    cluster.kill()
