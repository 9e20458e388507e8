"""The embedded PostgreSQL server: its paths, its permissions, and recovery after a kill."""

import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from stat import S_IMODE
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs, urlsplit

import psutil
import psycopg2
import pytest
from psycopg2.errors import InsufficientPrivilege

from adapters.postgres.engine import make_engine
from adapters.postgres.reader import Reader
from entrypoints import embedded_postgres
from entrypoints.data_dir import DataDirInUse, locked
from entrypoints.embedded_postgres import running_postgres
from entrypoints.settings import SettingsError
from entrypoints.settings.environment import parse_database_url

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be other users")


@pytest.fixture(scope="module")
def initialized(tmp_path_factory):
    """A directory with a database whose server is stopped."""
    data_dir = tmp_path_factory.mktemp("initialized")
    with embedded_postgres.embedded_postgres(data_dir):
        pass
    return data_dir


@pytest.fixture
def data_dir(initialized, tmp_path):
    """Makes copies of `initialized` with the given name."""

    def make(name):
        subprocess.run(["cp", "-a", initialized, tmp_path / name], check=True)
        return tmp_path / name

    return make


def can_connect(url):
    psycopg2.connect(url).close()
    return True


def recover_forever(directory):
    (directory / "recovery.signal").touch()
    with (directory / "postgresql.auto.conf").open("a") as file:
        file.write("restore_command = 'sleep 60'\n")


def socket_directory_of(url):
    return Path(parse_qs(urlsplit(url).query)["host"][0])


@pytest.mark.parametrize(
    "name",
    ["it's 100% %(here)s", 'Übung 勉強会 $HOME "`x`\\', "x" * 200],
    ids=ascii,
)
def test_a_data_directory_can_have_any_name(tmp_path, name):
    directory = tmp_path / name
    directory.mkdir()

    with embedded_postgres.embedded_postgres(directory) as url:
        assert can_connect(url)


def test_the_temporary_directory_can_have_any_name(data_dir, monkeypatch):
    with TemporaryDirectory(prefix="it's 100% Übung $HOME ") as directory:
        monkeypatch.setattr("tempfile.tempdir", directory)
        with embedded_postgres.embedded_postgres(data_dir("home")) as url:
            engine = make_engine(parse_database_url(url, "DATA_DIR"), 1, is_autocommit=True)
            assert Reader(engine).rows("SELECT 1 AS one", {}) == [(1,)]
            engine.dispose()
            assert can_connect(url)


def test_a_start_that_takes_too_long_fails_with_one_line_and_leaves_nothing(data_dir, monkeypatch):
    directory = data_dir("home")
    recover_forever(directory / "postgres")
    monkeypatch.setattr(embedded_postgres, "START_S", 1)

    with (
        pytest.raises(SettingsError, match=r"^DATA_DIR: pg_ctl failed; see ") as exc_info,
        embedded_postgres.embedded_postgres(directory),
    ):
        pass

    assert "\n" not in str(exc_info.value)
    assert not (directory / "postgres" / "postmaster.pid").exists()


def test_a_locale_missing_on_this_machine_is_not_used(tmp_path, monkeypatch):
    monkeypatch.setenv("LC_ALL", "xx_YY.ISO-8859-1")

    with embedded_postgres.embedded_postgres(tmp_path) as url:
        assert can_connect(url)


def test_an_interrupted_initialization_is_repeated(tmp_path):
    (tmp_path / "postgres.new").mkdir()
    (tmp_path / "postgres.new" / "PG_VERSION").write_text("18\n")

    with embedded_postgres.embedded_postgres(tmp_path) as url:
        assert can_connect(url)


def test_only_the_owner_can_read_the_log(initialized):
    assert S_IMODE((initialized / "postgres.log").stat().st_mode) == 0o600


def test_only_the_owner_can_enter_the_directory_of_the_socket(data_dir):
    for name in ("short", "long" * 50):
        with embedded_postgres.embedded_postgres(data_dir(name)) as url:
            directory = socket_directory_of(url)
            assert S_IMODE(directory.stat().st_mode) == 0o700
        assert not directory.exists()


@needs_root
def test_another_user_cannot_reach_the_socket(data_dir):
    for name in ("short", "long" * 50):
        with embedded_postgres.embedded_postgres(data_dir(name)) as url:
            command = ["test", "-S", socket_directory_of(url) / ".s.PGSQL.5432"]
            assert subprocess.run(command, check=False).returncode == 0
            assert subprocess.run(command, check=False, user="nobody").returncode == 1


@needs_root
def test_private_directories_stay_private(monkeypatch):
    # pytest's own directories are below /tmp/pytest-of-root, which others may be able to enter.
    with TemporaryDirectory() as parent:
        data_dir = Path(parent) / "home"
        data_dir.mkdir(0o700)
        programs = Path(parent) / "bin"
        programs.symlink_to(embedded_postgres.BIN_DIR)
        monkeypatch.setattr(embedded_postgres, "BIN_DIR", programs)
        with embedded_postgres.embedded_postgres(data_dir) as url:
            assert can_connect(url)
            for directory in (Path(parent), data_dir, data_dir / "postgres"):
                assert S_IMODE(directory.stat().st_mode) == 0o700
            with closing(psycopg2.connect(url)) as connection, pytest.raises(InsufficientPrivilege):
                connection.cursor().execute(f"COPY (SELECT) TO '{parent}/file'")


def postmaster_of(data_dir):
    pid_file = data_dir / "postgres" / "postmaster.pid"
    return psutil.Process(int(pid_file.read_text().partition("\n")[0]))


def start_and_kill(data_dir):
    """Start a server and kill the process that started it. Returns the postmaster."""
    script = (
        "import os, signal, sys; from pathlib import Path;"
        "from entrypoints.embedded_postgres import running_postgres\n"
        "with running_postgres(Path(sys.argv[1])): os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run([sys.executable, "-c", script, data_dir], check=False)
    assert killed.returncode == -signal.SIGKILL
    return postmaster_of(data_dir)


def test_a_server_left_running_is_replaced(data_dir):
    directory = data_dir("home")
    left_over = start_and_kill(directory)
    old_socket = Path((directory / "postgres" / "postmaster.pid").read_text().split("\n")[4])
    assert old_socket.exists()

    with running_postgres(directory) as url:
        assert can_connect(url)
        assert not old_socket.exists()
        assert postmaster_of(directory) != left_over


def test_a_stale_pid_file_is_ignored(data_dir):
    directory = data_dir("home")
    left_over = start_and_kill(directory)
    left_over.kill()
    psutil.wait_procs([left_over, *left_over.children()], timeout=30)
    pid_file = directory / "postgres" / "postmaster.pid"
    # The id of this process, which must not be stopped.
    lines = pid_file.read_text().split("\n")
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]))

    with running_postgres(directory) as url:
        assert can_connect(url)


def test_the_error_for_a_locked_directory_names_the_process(tmp_path):
    with (
        locked(tmp_path),
        pytest.raises(DataDirInUse, match=rf"\(process {os.getpid()}\); stop it with kill "),
        locked(tmp_path),
    ):
        pass


def test_the_lock_of_an_earlier_release_names_no_process(tmp_path):
    with locked(tmp_path):
        (tmp_path / "lock").write_text("")
        with pytest.raises(DataDirInUse, match="another Turnout; stop it, or"), locked(tmp_path):
            pass
