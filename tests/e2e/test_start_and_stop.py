"""How the service starts, and how it ends."""

import json
import signal

import httpx
import pytest

from tests.e2e.processes import finished, started
from tests.e2e.slow_clients import ALIVE, OPEN_END, connected, rest_of
from tests.postgres import a_database
from tests.resilience.crowd import wait_until

# No request that a service with these gets needs the database.
WITHOUT_DATABASE = {
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
    "JWT_SECRET_KEY": "k" * 32,
}


def test_run_brings_everything_and_keeps_the_data(root, tmp_path):
    account = {"username": "ada", "password": "correct horse battery"}
    with started(root, "run", DATA_DIR=str(tmp_path)) as (process, base_url):
        assert httpx.post(f"{base_url}/v1/profile/signup/", json=account).status_code == 201
        tokens = httpx.post(f"{base_url}/v1/profile/token/", json=account).json()
        second = finished(root, "run", DATA_DIR=str(tmp_path))
        assert second.stderr.startswith("turnout: DATA_DIR: ")
    assert process.returncode == 0
    assert not (tmp_path / "postgres" / "postmaster.pid").exists()
    assert (tmp_path / "jwt_secret_key").stat().st_mode & 0o777 == 0o600

    with started(root, "run", DATA_DIR=str(tmp_path)) as (_, base_url):
        headers = {"Authorization": f"Bearer {tokens['access_token']}"}
        profile = httpx.get(f"{base_url}/v1/profile/", headers=headers)
        assert profile.json()["username"] == "ada"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_run_stops_everything_however_it_is_told(root, tmp_path, number):
    with started(root, "run", DATA_DIR=str(tmp_path)) as (process, base_url):
        process.send_signal(number)
        assert process.wait(timeout=60) == 0

        with pytest.raises(httpx.ConnectError):
            httpx.get(base_url)
        assert not (tmp_path / "postgres" / "postmaster.pid").exists()


@pytest.mark.parametrize("name", ["a b", "it's"])
def test_a_path_that_postgres_cannot_take_ends_the_start_with_one_line(root, tmp_path, name):
    start = finished(root, "run", DATA_DIR=str(tmp_path / name))

    assert start.stderr.startswith("turnout: DATA_DIR: the embedded PostgreSQL can't live in ")
    assert start.stderr.count("\n") == 1


def test_a_data_dir_that_is_none_ends_the_start_with_one_line(root):
    start = finished(root, "run", DATA_DIR="/dev/null/x")

    assert start.stderr == "turnout: DATA_DIR: /dev/null/x can't be used (Not a directory).\n"


def test_a_host_that_is_none_ends_the_start_with_one_line(root, tmp_path):
    start = finished(root, "run", HOST="nowhere.invalid", DATA_DIR=str(tmp_path))

    assert start.stderr == "turnout: HOST: nowhere.invalid is no address here.\n"


@pytest.mark.parametrize("arguments", [("serve",), ("migrate",)])
def test_a_missing_setting_ends_the_start_with_one_line(root, arguments):
    start = finished(root, *arguments, JWT_SECRET_KEY="k" * 32)

    assert start.returncode == 1
    assert start.stderr == "turnout: DATABASE_URL: is not set.\n"


def test_a_short_key_ends_the_start_with_one_line(root, tmp_path):
    start = finished(root, "run", JWT_SECRET_KEY="short", DATA_DIR=str(tmp_path))

    assert start.stderr == "turnout: JWT_SECRET_KEY: Must have at least 32 bytes.\n"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("how", ["run", "serve"])
def test_an_origin_that_is_none_ends_the_start_with_one_line(root, how):
    settings = {
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
        "JWT_SECRET_KEY": "k" * 32,
    }

    start = finished(root, how, CORS_ORIGINS="https://app.example.com/", **settings)

    assert start.stderr.startswith("turnout: CORS_ORIGINS: must be origins like https://")
    assert start.stderr.count("\n") == 1


def test_a_port_in_use_ends_the_start_with_one_line(root, served, tmp_path):
    port = served.rpartition(":")[2]

    start = finished(root, "run", PORT=port, DATA_DIR=str(tmp_path))

    assert (
        start.stderr
        == f"turnout: HOST, PORT: 127.0.0.1:{port} can't be used (Address already in use).\n"
    )


def test_a_database_that_does_not_answer_ends_the_start_with_one_line(root):
    url = "postgresql://nobody@127.0.0.1:1/nothing"

    start = finished(root, "migrate", DATABASE_URL=url)

    assert start.returncode == 1
    assert start.stderr.startswith("turnout: DATABASE_URL: the database can't be used: ")
    assert start.stderr.count("\n") == 1


def test_what_was_revoked_stays_revoked_after_a_restart(root, postgres):
    account = {"username": "ada", "password": "correct horse battery"}
    with a_database(postgres, migrated=False) as url:
        settings = {
            "DATABASE_URL": url.render_as_string(hide_password=False),
            "JWT_SECRET_KEY": "k" * 32,
        }
        with started(root, "serve", "--migrate", **settings) as (_, base_url):
            httpx.post(f"{base_url}/v1/profile/signup/", json=account)
            gone, alive = (
                httpx.post(f"{base_url}/v1/profile/token/", json=account).json() for _ in range(2)
            )
            body = {"refresh_token": gone["refresh_token"]}
            revoked = httpx.post(f"{base_url}/v1/profile/token/revoke/", json=body)
            assert revoked.status_code == 204

        with started(root, "serve", **settings) as (_, base_url):
            for tokens, status in ((gone, 401), (alive, 200)):
                headers = {"Authorization": f"Bearer {tokens['access_token']}"}
                for _ in range(8):  # more than there are workers
                    answer = httpx.get(f"{base_url}/v1/profile/", headers=headers)
                    assert answer.status_code == status
                body = {"refresh_token": tokens["refresh_token"]}
                answer = httpx.post(f"{base_url}/v1/profile/token/refresh/", json=body)
                assert answer.status_code == status


def test_incidents_are_logged(root, postgres, tmp_path):
    account = {"username": "nobody", "password": "not to be logged"}
    log = tmp_path / "log"
    with a_database(postgres, migrated=False) as url, log.open("w") as stderr:
        settings = {
            "DATABASE_URL": url.render_as_string(hide_password=False),
            "JWT_SECRET_KEY": "k" * 32,
        }
        with started(root, "serve", "--migrate", stderr=stderr, **settings) as (_, base_url):
            httpx.post(f"{base_url}/v1/profile/token/", json=account)

    told = map(json.loads, log.read_text().splitlines())
    [incident] = [line for line in told if "incident" in line]
    assert (incident["incident"], incident["user_id"]) == ("login_failed", None)
    assert "not to be logged" not in log.read_text()


def test_a_request_that_is_half_there_when_it_is_told_to_stop_is_answered(root):
    with (
        started(root, "serve", WEB_WORKERS="1", **WITHOUT_DATABASE) as (process, base_url),
        connected(base_url) as half,
        connected(base_url) as silent,
        connected(base_url) as kept,
    ):

        def is_stopping():
            kept.sendall(ALIVE)
            answer = b""
            while not answer.endswith(b"}"):
                answer += kept.recv(4096)
            return b"\r\nConnection: close\r\n" in answer

        half.sendall(OPEN_END[:20])
        assert not is_stopping()  # and it has taken in those who connected before
        process.send_signal(signal.SIGTERM)
        wait_until(is_stopping, "it keeps no connection any more")
        half.sendall(OPEN_END[20:])

        assert rest_of(half).startswith(b"HTTP/1.1 200 ")
        assert rest_of(silent) == b""
        assert process.wait(timeout=60) == 0
