"""PostgreSQL clusters to stop, freeze, kill and promote."""

import signal
import subprocess
from contextlib import contextmanager
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

    def copy(self, primary):
        """Make this a standby of the primary, with its current data."""
        source = f"host=127.0.0.1 port={primary.port} user=postgres application_name=standby"
        self._run(
            "pg_basebackup", "-R", "-X", "stream", "-c", "fast", "-d", source, "-D", self.data
        )

    def start_without_options(self):
        """For example, before there is a standby to wait for."""
        self._start({})

    def start(self):
        self._start(self.options)

    def _start(self, extra_options):
        options = {"port": self.port, "listen_addresses": "127.0.0.1"} | extra_options
        # No socket file: the path of its directory may be too long.
        flags = ["-c unix_socket_directories=''", *(f"-c {k}={v}" for k, v in options.items())]
        log = ("-l", self.log, "-o", " ".join(flags))
        self._run("pg_ctl", "start", "-w", "-D", self.data, *log)

    def stop(self):
        self._run("pg_ctl", "stop", "-w", "-m", "fast", "-D", self.data)

    def promote(self):
        self._run("pg_ctl", "promote", "-w", "-D", self.data)

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
def clusters(*all_options):
    """Clusters with these options, to be created; kills those that run at the end."""
    with TemporaryDirectory(prefix="turnout-cluster-") as name:
        result = []
        for number, options in enumerate(all_options):
            directory = Path(name) / str(number)
            directory.mkdir()
            result.append(Cluster(directory, **options))
        try:
            yield result
        finally:
            for cluster in result:
                if (cluster.data / "postmaster.pid").exists():
                    try:
                        cluster.kill()
                    except psutil.NoSuchProcess:
                        continue  # already killed


@contextmanager
def a_cluster(**options):
    with clusters(options) as [cluster]:
        cluster.create()
        cluster.start()
        yield cluster
