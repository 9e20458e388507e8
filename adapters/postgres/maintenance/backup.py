"""Backups by PostgreSQL's own programs: archives in its custom format, which is compressed."""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from psycopg2.extensions import make_dsn
from sqlalchemy.engine import URL

# How long a dump waits for a migration that is under way (milliseconds).
LOCK_WAIT_MS = 60_000
REVISION = re.compile(r"^COPY \S*alembic_version .*\n(?P<revision>.+)\n\\\.$", re.MULTILINE)
ERROR = re.compile(r"^.*\berror: .*$", re.MULTILINE)


class BackupError(Exception):
    """PostgreSQL's programs could not do it; the message is one line with their reason."""


@dataclass(frozen=True)
class Backup:
    """A file that holds, or is to hold, a database; `pg_dump` and `pg_restore` are paths."""

    file: Path
    pg_dump: str
    pg_restore: str

    def dump(self, url: URL) -> None:
        """Write all of the database, as it is at one instant. Raises BackupError."""
        self._run(
            self.pg_dump,
            "--format=custom",
            f"--lock-wait-timeout={LOCK_WAIT_MS}",
            f"--file={self.file}",
            url=url,
        )

    def read_through(self) -> None:
        """Raises BackupError where the file is not an archive that is whole.

        `pg_restore --list` reads the table of contents alone, which stands in front: here all data
        is read and decompressed, too.
        """
        self._run(self.pg_restore, f"--file={os.devnull}", "--", str(self.file))

    def revision(self) -> str | None:
        """The newest migration of the database in it; None where there is none of Turnout."""
        told = self._run(
            self.pg_restore,
            "--data-only",
            "--table=alembic_version",
            "--file=-",
            "--",
            str(self.file),
        )
        match = REVISION.search(told)
        return match["revision"] if match else None

    def restore(self, url: URL) -> None:
        """Into an empty database: all of it, or nothing. Raises BackupError."""
        self._run(
            self.pg_restore,
            "--single-transaction",
            "--exit-on-error",
            # Roles are the server's, and the next one may have others.
            "--no-owner",
            "--no-privileges",
            "--",
            str(self.file),
            url=url,
        )

    def _run(self, program: str, *arguments: str, url: URL | None = None) -> str:
        target, secret = _connection(url) if url else ([], {})
        done = subprocess.run(  # noqa: S603  # our own arguments, no shell
            [program, *target, *arguments],
            env=os.environ | secret,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",  # a server speaks in an encoding of its own
            check=False,
        )
        if done.returncode:
            [reason, *_] = ERROR.findall(done.stderr) or done.stderr.splitlines()[-1:] or [""]
            raise BackupError(reason.strip() or f"{program} ended with {done.returncode}.")
        return done.stdout


def _connection(url: URL) -> tuple[list[str], dict[str, str]]:
    """The argument that names the database, and what only the environment may tell.

    Everybody on the machine can read the arguments of a process, and only its owner its
    environment (PostgreSQL manual, libpq, environment variables).
    """
    _, options = url.get_dialect()().create_connect_args(url)
    if "sslpassword" in options:
        raise BackupError("DATABASE_URL: the key of sslkey must have no password here.")
    password = options.pop("password", None)
    # Of several hosts the one that takes writes, as the service has it.
    target = make_dsn(**{"target_session_attrs": "read-write", **options})
    return [f"--dbname={target}"], {"PGPASSWORD": password} if password else {}
