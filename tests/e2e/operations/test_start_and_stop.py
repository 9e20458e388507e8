"""Starting and stopping the service. For invalid settings see test_invalid_settings.py."""

import signal
import subprocess
import sys
from contextlib import suppress
from fcntl import LOCK_EX, LOCK_NB, flock
from shutil import copytree
from types import SimpleNamespace

import httpx
import psutil
import pytest

from tests.concurrency import wait_until
from tests.e2e.http.slow_clients import CLOSING, KEEP_ALIVE, connect, read_all
from tests.processes import environment, run_cli, running_cli

# No request here needs the database.
WITHOUT_DATABASE = {
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
    "JWT_SECRET_KEY": "k" * 32,
}

ACCOUNT = {"username": "ada", "password": "correct horse battery"}
# Its workers have no signal handlers of their own until the file exists.
SLOW_WORKERS = """
import os, time
from entrypoints.gunicorn_conf import *
workers = 2

def post_fork(server, worker):
    while not os.path.exists({path!r}):
        time.sleep(0.01)
"""


def log_in(base_url):
    return httpx.post(f"{base_url}/v1/profile/token/", json=ACCOUNT).json()


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def earlier_run(root, data_dir):
    """Two sessions, one of them revoked, of an earlier `make run`."""
    with running_cli(root, "run", DATA_DIR=str(data_dir)) as (process, base_url):
        [worker] = children_of(process, "worker")
        assert httpx.post(f"{base_url}/v1/profile/signup/", json=ACCOUNT).status_code == 201
        revoked, active = log_in(base_url), log_in(base_url)
        body = {"refresh_token": revoked["refresh_token"]}
        response = httpx.post(f"{base_url}/v1/profile/token/revoke/", json=body)
        assert response.status_code == 204
        second = run_cli(root, "run", DATA_DIR=str(data_dir))
        banner = [process.stdout.readline() for _ in range(4)]
    assert_stopped(process, base_url, data_dir)
    assert not worker.is_running()
    return SimpleNamespace(revoked=revoked, active=active, second=second, banner=banner)


def children_of(process, argument):
    """The processes that it started with this argument."""
    return [
        child for child in psutil.Process(process.pid).children() if argument in child.cmdline()
    ]


def assert_stopped(process, base_url, data_dir):
    assert process.wait(timeout=60) == 0
    with pytest.raises(httpx.ConnectError):
        httpx.get(base_url)
    assert not (data_dir / "postgres" / "postmaster.pid").exists()


def test_the_banner_shows_the_data_the_mails_the_demos_and_how_to_stop(earlier_run, data_dir):
    data, mails, demo, stop = earlier_run.banner

    assert data == f"  Data        in {data_dir}\n"
    assert mails == f"  Mail        in {data_dir}/mail\n"
    assert "make demo, make seed-demo" in demo
    assert "Ctrl-C" in stop


def test_a_second_run_in_the_same_directory_ends_with_one_line(earlier_run):
    assert earlier_run.second.returncode == 1
    assert earlier_run.second.stderr.startswith("turnout: DATA_DIR: ")
    assert earlier_run.second.stderr.count("\n") == 1


def test_the_key_is_readable_by_its_owner_only(earlier_run, data_dir):
    assert (data_dir / "jwt_secret_key").stat().st_mode & 0o777 == 0o600


def test_data_and_revoked_tokens_survive_a_restart(root, earlier_run, data_dir):
    with running_cli(root, "run", DATA_DIR=str(data_dir)) as (process, base_url):
        for tokens, status in ((earlier_run.revoked, 401), (earlier_run.active, 200)):
            headers = {"Authorization": f"Bearer {tokens['access_token']}"}
            for _ in range(8):  # more than there are workers
                response = httpx.get(f"{base_url}/v1/profile/", headers=headers)
                assert response.status_code == status
            body = {"refresh_token": tokens["refresh_token"]}
            response = httpx.post(f"{base_url}/v1/profile/token/refresh/", json=body)
            assert response.status_code == status
        process.send_signal(signal.SIGTERM)
        assert_stopped(process, base_url, data_dir)


def test_the_directory_stays_locked_until_the_service_of_a_killed_run_ends(
    root, earlier_run, data_dir
):
    settings = {"DATA_DIR": str(data_dir), "WEB_WORKERS": "1"}
    with running_cli(root, "run", **settings) as (process, base_url):
        [service], [worker] = children_of(process, "gunicorn"), children_of(process, "worker")
        try:
            process.kill()
            process.wait()
            wait_until(lambda: has_ended(worker), "its worker has ended")
            for other in ({}, {"PORT": base_url.rpartition(":")[2]}):
                second = run_cli(root, "run", **settings | other)
                assert second.stderr.startswith(f"turnout: DATA_DIR: {data_dir} is in use by ")
                assert (
                    f"(process {service.pid}); stop it with kill {service.pid}, " in second.stderr
                )
                assert second.stderr.count("\n") == 1
            assert httpx.get(f"{base_url}/readyz/").status_code == 200
        finally:
            service.terminate()

    def is_unlocked():
        with (data_dir / "lock").open() as file, suppress(BlockingIOError):
            flock(file, LOCK_EX | LOCK_NB)
            return True

    wait_until(is_unlocked, "the service has ended")
    with running_cli(root, "run", **settings) as (process, base_url):
        assert httpx.get(f"{base_url}/readyz/").status_code == 200
        process.send_signal(signal.SIGTERM)
        assert_stopped(process, base_url, data_dir)


def has_ended(process):
    # Something else than init may have become its parent.
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_a_worker_that_dies_stops_everything_with_one_line(root, database, tmp_path):
    settings = {
        "DATABASE_URL": database.render_as_string(hide_password=False),
        "DATA_DIR": str(tmp_path),
    }
    with running_cli(root, "run", stderr=subprocess.PIPE, **settings) as (process, base_url):
        [worker] = children_of(process, "worker")
        worker.kill()

        assert process.wait(timeout=60) == 1
        assert process.stderr.read().splitlines()[-1:] == [
            "turnout: the worker has ended; see above."
        ]
        with pytest.raises(httpx.ConnectError):
            httpx.get(base_url)


def test_the_worker_can_run_elsewhere(root, database, tmp_path):
    settings = {
        "DATABASE_URL": database.render_as_string(hide_password=False),
        "DATA_DIR": str(tmp_path),
    }
    with running_cli(root, "run", "--without-worker", **settings) as (process, _):
        _, mails, *_ = [process.stdout.readline() for _ in range(4)]
        assert children_of(process, "gunicorn")
        assert not children_of(process, "worker")

    assert mails == "  Mail        none: SMTP_URL is not set\n"


def test_a_checkout_can_have_any_path(root, tmp_path):
    checkout = tmp_path / "it's 100% %(here)s Übung"
    for package in ("domain", "application", "adapters", "entrypoints"):
        copytree(root / package, checkout / package)

    with running_cli(checkout, "run", WEB_WORKERS="1") as (_, base_url):
        assert httpx.get(f"{base_url}/readyz/").status_code == 200
        assert (checkout / ".data" / "postgres").exists()


def test_sighup_stops_everything(root, earlier_run, data_dir):
    with running_cli(root, "run", DATA_DIR=str(data_dir), WEB_WORKERS="1") as (process, base_url):
        process.send_signal(signal.SIGHUP)
        assert_stopped(process, base_url, data_dir)


def test_an_error_is_one_line_and_exit_code_1(root):
    start = run_cli(root, "serve", JWT_SECRET_KEY="k" * 32)

    assert (start.returncode, start.stdout) == (1, "")
    assert start.stderr == "turnout: DATABASE_URL: is not set.\n"


def test_a_partial_request_is_answered_during_a_graceful_stop(root):
    with (
        running_cli(root, "serve", WEB_WORKERS="1", **WITHOUT_DATABASE) as (process, base_url),
        connect(base_url) as partial,
        connect(base_url) as idle,
        connect(base_url) as open_connection,
    ):

        def is_stopping():
            open_connection.sendall(KEEP_ALIVE)
            response = b""
            while not response.endswith(b"}"):
                response += open_connection.recv(4096)
            return b"\r\nConnection: close\r\n" in response

        partial.sendall(CLOSING[:20])
        assert not is_stopping()  # it has accepted the earlier connections, too
        process.send_signal(signal.SIGTERM)
        wait_until(is_stopping, "it closes kept-alive connections")
        partial.sendall(CLOSING[20:])

        assert read_all(partial).startswith(b"HTTP/1.1 200 ")
        assert read_all(idle) == b""
        assert process.wait(timeout=60) == 0


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_is_stopped_while_it_starts_stops(root, tmp_path, stop):
    config, file = tmp_path / "conf.py", tmp_path / "file"
    config.write_text(SLOW_WORKERS.format(path=str(file)))
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        f"--config={config}",
        "entrypoints.wsgi:create_app()",
    ]
    settings = environment(HOST="127.0.0.1", **WITHOUT_DATABASE)
    with subprocess.Popen(command, cwd=root, env=settings, stdout=subprocess.DEVNULL) as process:
        try:
            children = psutil.Process(process.pid).children
            wait_until(lambda: len(children()) == 2, "the workers are forked")
            workers = children()
            for worker in workers:
                worker.send_signal(stop)
            file.touch()

            wait_until(lambda: not any(map(psutil.Process.is_running, workers)), "they stop")
        finally:
            process.terminate()
        assert process.wait(timeout=60) == 0
