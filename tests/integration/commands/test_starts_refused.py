"""Settings that the service can't start with: each is named in one line, without a traceback."""

import socket

import pytest

SERVICE = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing", "JWT_SECRET_KEY": "k" * 32}


@pytest.mark.parametrize("name", ["a b", "it's"])
def test_a_path_that_postgres_cannot_take(refused, tmp_path, name):
    reason = refused("run", DATA_DIR=str(tmp_path / name))

    assert reason.startswith("DATA_DIR: the embedded PostgreSQL can't use ")


def test_a_data_dir_that_is_none(refused):
    reason = refused("run", DATA_DIR="/dev/null/x")

    assert reason == "DATA_DIR: /dev/null/x can't be used (Not a directory)."


def test_a_host_that_is_none(refused, tmp_path):
    reason = refused("run", HOST="nowhere.invalid", DATA_DIR=str(tmp_path))

    assert reason == "HOST: nowhere.invalid is not an address of this machine."


@pytest.mark.parametrize("command", ["serve", "migrate"])
def test_a_missing_setting(refused, command):
    assert refused(command, JWT_SECRET_KEY="k" * 32) == "DATABASE_URL: is not set."


def test_a_short_key(refused, tmp_path):
    reason = refused("run", JWT_SECRET_KEY="short", DATA_DIR=str(tmp_path))

    assert reason == "JWT_SECRET_KEY: Must have at least 32 bytes."
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", ["run", "serve"])
def test_an_origin_that_is_none(refused, command):
    reason = refused(command, CORS_ORIGINS="https://app.example.com/", **SERVICE)

    assert reason.startswith("CORS_ORIGINS: must be origins like https://")


def test_a_port_in_use(refused, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        reason = refused("run", PORT=str(port), DATA_DIR=str(tmp_path))

    assert reason == f"HOST, PORT: 127.0.0.1:{port} can't be used (Address already in use)."


def test_a_database_that_does_not_answer(refused):
    reason = refused("migrate", DATABASE_URL=SERVICE["DATABASE_URL"])

    assert reason.startswith("DATABASE_URL: the database can't be used: ")
