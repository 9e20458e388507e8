"""Backups with pg_dump and pg_restore, in the compressed custom format."""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from psycopg2.extensions import make_dsn
from sqlalchemy.engine import URL

# How long pg_dump waits for locks, such as those of a migration.
LOCK_WAIT_MS = 60_000
REVISION = re.compile(r"^COPY \S*alembic_version .*\n(?P<revision>.+)\n\\\.$", re.MULTILINE)
ERROR = re.compile(r"^.*\berror: .*$", re.MULTILINE)


# The first bytes of pg_dump's custom format.
MAGIC = b"PGDMP"


class BackupError(Exception):
    """pg_dump or pg_restore failed; the message is its error, in one line."""


def is_archive(file: Path) -> bool:
    """Whether the file starts like a backup. Raises OSError."""
    with file.open("rb") as content:
        return content.read(len(MAGIC)) == MAGIC


@dataclass(frozen=True)
class Backup:
    """A backup file; `pg_dump` and `pg_restore` are paths."""

    file: Path
    pg_dump: str
    pg_restore: str

    def dump(self, url: URL) -> None:
        """Write the whole database, as of one instant. Raises BackupError."""
        self._run(
            self.pg_dump,
            "--format=custom",
            f"--lock-wait-timeout={LOCK_WAIT_MS}",
            f"--file={self.file}",
            url=url,
        )

    def check(self) -> None:
        """Raises BackupError unless the file is a complete archive.

        Reads and decompresses all data; `pg_restore --list` only reads the table of contents at
        the beginning.
        """
        self._run(self.pg_restore, f"--file={os.devnull}", "--", str(self.file))

    def revision(self) -> str | None:
        """The database's migration revision; None if it is not a Turnout database."""
        output = self._run(
            self.pg_restore,
            "--data-only",
            "--table=alembic_version",
            "--file=-",
            "--",
            str(self.file),
        )
        match = REVISION.search(output)
        return match["revision"] if match else None

    def restore(self, url: URL) -> None:
        """Restore into an empty database, in one transaction. Raises BackupError."""
        self._run(
            self.pg_restore,
            "--single-transaction",
            "--exit-on-error",
            # Roles belong to the server; the target may have others.
            "--no-owner",
            "--no-privileges",
            "--",
            str(self.file),
            url=url,
        )

    def _run(self, program: str, *arguments: str, url: URL | None = None) -> str:
        target, secret = _connection_arguments(url) if url else ([], {})
        process = subprocess.run(  # noqa: S603  # our own arguments, no shell
            [program, *target, *arguments],
            env=os.environ | secret,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",  # messages are in the server's encoding
            check=False,
        )
        if process.returncode:
            [reason, *_] = ERROR.findall(process.stderr) or process.stderr.splitlines()[-1:] or [""]
            raise BackupError(reason.strip() or f"{program} exited with {process.returncode}.")
        return process.stdout


def _connection_arguments(url: URL) -> tuple[list[str], dict[str, str]]:
    """The `--dbname` argument, and the environment variable with the password.

    All users of a machine can read the arguments of a process, but only its owner can read its
    environment (PostgreSQL manual, libpq, environment variables).
    """
    _, options = url.get_dialect()().create_connect_args(url)
    if "sslpassword" in options:
        raise BackupError("DATABASE_URL: sslpassword is not supported here; use a key without one.")
    password = options.pop("password", None)
    # With several hosts, the one that accepts writes, as in the service.
    target = make_dsn(**{"target_session_attrs": "read-write", **options})
    return [f"--dbname={target}"], {"PGPASSWORD": password} if password else {}
