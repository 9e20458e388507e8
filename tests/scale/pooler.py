"""PgBouncer, configured as in deploy/pgbouncer, in front of a test cluster."""

import shutil
import subprocess
from configparser import ConfigParser
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import psycopg2
import pytest

from tests.concurrency import wait_until
from tests.processes import free_port

DEPLOYED_INI = Path(__file__).parents[2] / "deploy" / "pgbouncer" / "pgbouncer.ini"
SYSTEM_USER = "postgres"  # it refuses to run as root


class Pooler:
    def __init__(self, directory: Path, postgres_port: int, **settings) -> None:
        self.port = free_port()
        self._ini = directory / "pgbouncer.ini"
        users = directory / "userlist.txt"
        users.write_text('"postgres" ""\n')
        config = ConfigParser(interpolation=None)
        config.read(DEPLOYED_INI)
        config["databases"] = {"*": f"host=127.0.0.1 port={postgres_port}"}
        config["pgbouncer"].update(
            {
                "listen_addr": "127.0.0.1",
                "listen_port": str(self.port),
                "auth_type": "trust",
                "auth_file": str(users),
                "admin_users": "postgres",
            }
            | settings
        )
        with self._ini.open("w") as file:
            config.write(file)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        user = SYSTEM_USER if psutil.Process().uids().effective == 0 else None
        program = shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"
        self._process = subprocess.Popen(
            [program, "--quiet", self._ini],
            user=user,
            group=user,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_until(self._is_listening, "the pooler listens")

    def _is_listening(self) -> bool:
        with suppress(psycopg2.OperationalError):
            self.run_command("SHOW VERSION")
            return True
        return False

    def run_command(self, command: str) -> None:
        """A command for PgBouncer's admin console."""
        console = psycopg2.connect(
            host="127.0.0.1", port=self.port, user="postgres", dbname="pgbouncer"
        )
        console.autocommit = True
        with console.cursor() as cursor:
            cursor.execute(command)
        console.close()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@contextmanager
def a_pooler(postgres_port: int, **settings):
    """By default it has fewer server connections than two instances have connections."""
    if shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/bin") is None:
        pytest.exit("These tests need PgBouncer: apt install pgbouncer", returncode=1)
    with TemporaryDirectory(prefix="turnout-pooler-") as name:
        Path(name).chmod(0o755)
        pooler = Pooler(Path(name), postgres_port, **{"default_pool_size": "3"} | settings)
        pooler.start()
        try:
            yield pooler
        finally:
            pooler.kill()
