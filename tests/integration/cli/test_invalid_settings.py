"""Invalid settings are named in one line, without a traceback."""

import socket
import sys

import pytest

SERVICE = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing", "JWT_SECRET_KEY": "k" * 32}


def test_a_data_dir_that_is_no_directory_is_reported(error_of):
    error = error_of("run", DATA_DIR="/dev/null/x")

    assert error == "DATA_DIR: /dev/null/x can't be used (Not a directory)."


def test_an_unknown_host_is_reported(error_of, tmp_path):
    error = error_of("run", HOST="nowhere.invalid", DATA_DIR=str(tmp_path))

    assert error == "HOST: nowhere.invalid is not an address of this machine."


@pytest.mark.parametrize("command", ["serve", "migrate"])
def test_a_missing_setting_is_reported(error_of, command):
    assert error_of(command, JWT_SECRET_KEY="k" * 32) == "DATABASE_URL: is not set."


@pytest.mark.parametrize("command", ["run", "purge"])
def test_an_image_without_the_embedded_postgres_needs_a_database(
    error_of, tmp_path, monkeypatch, command
):
    monkeypatch.setitem(sys.modules, "entrypoints.embedded_postgres", None)

    error = error_of(command, DATA_DIR=str(tmp_path))

    assert error == "DATABASE_URL: is not set, and the embedded PostgreSQL is not installed."


@pytest.mark.parametrize("command", ["run", "purge"])
def test_citus_needs_a_database(error_of, tmp_path, command):
    error = error_of(command, DATA_DIR=str(tmp_path), DATABASE_TYPE="citus")

    assert error == "DATABASE_URL: is not set, which DATABASE_TYPE=citus needs."


def test_a_short_key_is_reported(error_of, tmp_path):
    error = error_of("run", JWT_SECRET_KEY="short", DATA_DIR=str(tmp_path))

    assert error == "JWT_SECRET_KEY: Must have at least 32 bytes."
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", ["run", "serve"])
def test_an_invalid_origin_is_reported(error_of, command):
    error = error_of(command, CORS_ORIGINS="https://app.example.com/", **SERVICE)

    assert error.startswith("CORS_ORIGINS: must be origins like https://")


def test_a_port_in_use_is_reported(error_of, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        error = error_of("run", PORT=str(port), DATA_DIR=str(tmp_path))

    assert error == f"HOST, PORT: 127.0.0.1:{port} can't be used (Address already in use)."


def test_an_unreachable_database_is_reported(error_of):
    error = error_of("migrate", DATABASE_URL=SERVICE["DATABASE_URL"])

    assert error.startswith("DATABASE_URL: the database can't be used: ")
