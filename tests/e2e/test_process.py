"""The service as it ships: real processes, started as a person starts them."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager

import httpx
import pytest

from tests.postgres import a_database

MIB = 1024 * 1024
READY = re.compile(r"Turnout answers\.\n +API +(?P<base>http://\S+)\n +Swagger UI +\S+\n")
JSON = {"Content-Type": "application/json"}


def command(*arguments):
    return [sys.executable, "-m", "entrypoints.cli", *arguments]


def environment(**settings):
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DATABASE_URL", "JWT_SECRET_KEY", "DATA_DIR", "HOST")
    }
    return inherited | {"PORT": str(a_free_port())} | settings


def a_free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def started(root, *arguments, **settings):
    """A process that announced that it answers; stopped at the end."""
    with subprocess.Popen(
        command(*arguments),
        cwd=root,
        env=environment(**settings),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            announcement = "".join(process.stdout.readline() for _ in range(3))
            assert READY.fullmatch(announcement), announcement
            yield process, READY.fullmatch(announcement)["base"]
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)


def finished(root, *arguments, **settings):
    return subprocess.run(
        command(*arguments),
        cwd=root,
        env=environment(**settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def root(pytestconfig):
    return pytestconfig.rootpath


@pytest.fixture(scope="module")
def served(postgres, pytestconfig):
    with a_database(postgres, migrated=False) as url:
        settings = {
            "DATABASE_URL": url.render_as_string(hide_password=False),
            "JWT_SECRET_KEY": "k" * 32,
        }
        with started(pytestconfig.rootpath, "serve", "--migrate", **settings) as (_, base_url):
            yield base_url


def test_the_journey_passes_against_the_service_as_it_ships(root, served):
    journey = finished(root, "demo", "--base-url", served)

    assert journey.returncode == 0, journey.stdout + journey.stderr
    assert "Grace is refused: 409 capacity_exhausted" in journey.stdout
    assert "The spent refresh token is refused: 401 refresh_token_reused" in journey.stdout
    assert journey.stdout.endswith("The journey is complete.\n")


def test_the_journey_says_when_nobody_answers(root):
    journey = finished(root, "demo", "--base-url", "http://127.0.0.1:1")

    assert journey.returncode == 1
    assert journey.stderr.startswith("http://127.0.0.1:1 does not answer")


@pytest.mark.parametrize("is_chunked", [False, True])
@pytest.mark.parametrize(("excess", "status"), [(0, 401), (1, 413)])
def test_gunicorn_refuses_long_bodies_and_cuts_none(served, is_chunked, excess, status):
    body = b'{"username": "ada", "password": "wrong"}'.ljust(MIB + excess)
    content = iter([body[:1000], body[1000:]]) if is_chunked else body

    response = httpx.post(f"{served}/v1/profile/token/", content=content, headers=JSON)

    assert response.status_code == status


def raw(base_url, request):
    """What a socket answers to these bytes."""
    host, port = base_url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize(
    "rest",
    [
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n-5\r\nabc\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n0\r\n\r\n",
        b"Content-Length: 100\r\n\r\n{}",
    ],
    ids=["chunk size", "negative chunk", "chunk without end", "cut short"],
)
def test_a_body_that_breaks_off_is_a_400(served, rest):
    head = b"POST /v1/profile/token/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"

    answer = raw(served, head + rest)

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"application/problem+json" in answer


def test_a_request_without_host_is_a_400(served):
    assert raw(served, b"GET /v1/events/ HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 400 ")
    assert raw(served, b"GET /v1/events/ HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.0 401 ")


def test_a_connection_outlives_refusals_of_large_bodies(served):
    with httpx.Client(base_url=served) as client:
        for _ in range(20):
            response = client.post("/v1/events/", content=b" " * 300_000, headers=JSON)
            assert response.status_code == 401


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


@pytest.mark.parametrize(
    ("request_head", "status"),
    [
        (b"GET /v1/events/?x=" + b"x" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 9000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: x\r\n" * 150 + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nExpect: nothing\r\n\r\n", 417),
        (b"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: x\r\n\r\n", 501),
        (b"GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400),
        (b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"nonsense\r\n\r\n", 400),
    ],
    ids=lambda value: repr(value[:50]) if isinstance(value, bytes) else None,
)
def test_what_is_no_http_is_a_problem_too(served, request_head, status):
    head, _, body = raw(served, request_head).partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert b"application/problem+json" in head
    assert json.loads(body)["status"] == status


def test_headers_do_not_say_where_the_application_lies(served):
    response = httpx.get(f"{served}/v1/profile/", headers={"SCRIPT_NAME": "/foo"})

    assert response.status_code == 401


@pytest.mark.parametrize("arguments", [("serve",), ("migrate",)])
def test_a_missing_setting_ends_the_start_with_one_line(root, arguments):
    start = finished(root, *arguments, JWT_SECRET_KEY="k" * 32)

    assert start.returncode == 1
    assert start.stderr == "turnout: DATABASE_URL: is not set.\n"


def test_a_short_key_ends_the_start_with_one_line(root, tmp_path):
    start = finished(root, "run", JWT_SECRET_KEY="short", DATA_DIR=str(tmp_path))

    assert start.stderr == "turnout: JWT_SECRET_KEY: Must have at least 32 bytes.\n"
    assert not list(tmp_path.iterdir())


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


@pytest.mark.skipif(shutil.which("curl") is None, reason="the walk needs curl")
def test_the_walk_of_the_readme_works_when_pasted(root, served):
    [walk] = re.findall(
        r"## A walk with curl\n(.*?)\n## ", (root / "README.md").read_text(), re.DOTALL
    )
    script = "".join(re.findall(r"```sh\n(.*?)```", walk, re.DOTALL))
    script = re.sub(r"^API=.*", f"API={served}", script)

    told = subprocess.run(["bash", "-ec", script], capture_output=True, text=True, check=False)

    assert told.returncode == 0, told.stderr
    assert told.stdout.count("204\n") == 2
    assert told.stdout.count('"title":"Tea for one"') == 2
    assert '"code"' not in told.stdout
