"""How the service starts, and how it ends. What a start is refused for: test_starts_refused.py."""

import signal
from types import SimpleNamespace

import httpx
import pytest

from tests.concurrency import wait_until
from tests.e2e.http.slow_clients import CLOSING, KEEP_ALIVE, connect, read_all
from tests.processes import run_cli, running_cli

# No request that a service with these gets needs the database.
WITHOUT_DATABASE = {
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
    "JWT_SECRET_KEY": "k" * 32,
}

ACCOUNT = {"username": "ada", "password": "correct horse battery"}


def log_in(base_url):
    return httpx.post(f"{base_url}/v1/profile/token/", json=ACCOUNT).json()


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def before(root, home):
    """Two sessions, one of them revoked, of a service that brought everything and has stopped."""
    with running_cli(root, "run", DATA_DIR=str(home)) as (process, base_url):
        assert httpx.post(f"{base_url}/v1/profile/signup/", json=ACCOUNT).status_code == 201
        revoked, alive = log_in(base_url), log_in(base_url)
        body = {"refresh_token": revoked["refresh_token"]}
        answer = httpx.post(f"{base_url}/v1/profile/token/revoke/", json=body)
        assert answer.status_code == 204
        second = run_cli(root, "run", DATA_DIR=str(home))
    has_stopped(process, base_url, home)
    return SimpleNamespace(revoked=revoked, alive=alive, second=second)


def has_stopped(process, base_url, home):
    assert process.wait(timeout=60) == 0
    with pytest.raises(httpx.ConnectError):
        httpx.get(base_url)
    assert not (home / "postgres" / "postmaster.pid").exists()


def test_another_run_in_the_same_directory_ends_with_one_line(before):
    assert before.second.returncode == 1
    assert before.second.stderr.startswith("turnout: DATA_DIR: ")
    assert before.second.stderr.count("\n") == 1


def test_the_key_is_readable_by_its_owner_only(before, home):
    assert (home / "jwt_secret_key").stat().st_mode & 0o777 == 0o600


def test_the_data_stays_and_what_was_revoked_stays_revoked(root, before, home):
    with running_cli(root, "run", DATA_DIR=str(home)) as (process, base_url):
        for tokens, status in ((before.revoked, 401), (before.alive, 200)):
            headers = {"Authorization": f"Bearer {tokens['access_token']}"}
            for _ in range(8):  # more than there are workers
                answer = httpx.get(f"{base_url}/v1/profile/", headers=headers)
                assert answer.status_code == status
            body = {"refresh_token": tokens["refresh_token"]}
            answer = httpx.post(f"{base_url}/v1/profile/token/refresh/", json=body)
            assert answer.status_code == status
        process.send_signal(signal.SIGTERM)
        has_stopped(process, base_url, home)


def test_the_end_of_the_terminal_stops_everything_too(root, before, home):
    with running_cli(root, "run", DATA_DIR=str(home), WEB_WORKERS="1") as (process, base_url):
        process.send_signal(signal.SIGHUP)
        has_stopped(process, base_url, home)


def test_an_error_is_one_line_and_exit_code_1(root):
    start = run_cli(root, "serve", JWT_SECRET_KEY="k" * 32)

    assert (start.returncode, start.stdout) == (1, "")
    assert start.stderr == "turnout: DATABASE_URL: is not set.\n"


def test_a_request_that_is_half_there_when_it_is_told_to_stop_is_answered(root):
    with (
        running_cli(root, "serve", WEB_WORKERS="1", **WITHOUT_DATABASE) as (process, base_url),
        connect(base_url) as half,
        connect(base_url) as silent,
        connect(base_url) as kept,
    ):

        def is_stopping():
            kept.sendall(KEEP_ALIVE)
            answer = b""
            while not answer.endswith(b"}"):
                answer += kept.recv(4096)
            return b"\r\nConnection: close\r\n" in answer

        half.sendall(CLOSING[:20])
        assert not is_stopping()  # and it has taken in those who connected before
        process.send_signal(signal.SIGTERM)
        wait_until(is_stopping, "it keeps no connection any more")
        half.sendall(CLOSING[20:])

        assert read_all(half).startswith(b"HTTP/1.1 200 ")
        assert read_all(silent) == b""
        assert process.wait(timeout=60) == 0
