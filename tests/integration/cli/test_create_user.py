"""The create-user command."""

import os
import pty
import subprocess

import httpx
import pytest

from tests.builders import a_user
from tests.integration.cli.conftest import open_database
from tests.processes import command, environment

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def unused_db(postgres):
    """A migrated database for commands that fail."""
    with open_database(postgres) as db:
        yield db


def accounts(db):
    return db.rows("SELECT username, email FROM users ORDER BY username")


def test_a_created_user_can_log_in(run_command, db, serve_database):
    arguments = ("create-user", "ada", "--email", "ada@example.org", "--password-stdin")
    result = run_command(*arguments, stdin=f"{PASSWORD}\n", **db.settings)

    assert (result.returncode, result.stdout, result.stderr) == (
        0,
        "ada can log in.\n",
        "",
    )
    assert accounts(db) == [("ada", "ada@example.org")]
    body = {"username": "ada", "password": PASSWORD}
    assert httpx.post(f"{serve_database(db)}/v1/profile/token/", json=body).status_code == 200


@pytest.fixture
def type_password(root, db):
    """Runs the command on a terminal and enters passwords; returns exit code and output."""

    def enter(*passwords):
        test_side, terminal = pty.openpty()
        with subprocess.Popen(
            command("create-user", "ada"),
            cwd=root,
            env=environment(**db.settings),
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            start_new_session=True,  # so that there is no /dev/tty
        ) as process:
            os.close(terminal)
            output = b""
            for password in passwords:
                while not output.endswith(b": "):
                    output += os.read(test_side, 1024)
                os.write(test_side, f"{password}\n".encode())
                output += b"|"
            try:
                while part := os.read(test_side, 1024):
                    output += part
            except OSError:  # Linux: the terminal is closed
                pass
            os.close(test_side)
        return process.returncode, output.decode()

    return enter


def test_the_password_is_prompted_twice_and_not_echoed(type_password, db):
    exit_code, output = type_password(PASSWORD, "a slip of the hand", PASSWORD, PASSWORD)

    assert exit_code == 0
    assert "horse" not in output
    assert "slip" not in output
    assert "do not match" in output
    assert output.endswith("ada can log in.\r\n")
    assert accounts(db) == [("ada", None)]


@pytest.mark.parametrize(
    ("arguments", "password", "reason"),
    [
        (("ada", "--email", "here"), PASSWORD, "email: Not a valid email address."),
        (("ada ",), PASSWORD, "username: Must be 1 to 150 ASCII letters"),
        (("ada",), "correct\thorse", "password: Must not contain control characters."),
        (("ada",), "ada12345", "password: Must not be based on the username, "),
        (("ada",), "with a NUL\0", "password: Must not contain NUL characters"),
    ],
    ids=["no address", "space", "tab", "too easy", "NUL"],
)
def test_invalid_values_are_rejected_in_one_line(error_of, unused_db, arguments, password, reason):
    options = {"stdin": f"{password}\n"} | unused_db.settings
    error = error_of("create-user", *arguments, "--password-stdin", **options)

    assert error.startswith(reason)
    assert accounts(unused_db) == []


def test_a_taken_username_is_rejected_in_one_line(error_of, db):
    with db.new_work() as work:
        work.users.add(a_user("grace", email=None))
        work.commit()

    options = {"stdin": f"{PASSWORD}\n"} | db.settings
    error = error_of("create-user", "Grace", "--password-stdin", **options)

    assert error == "The username Grace is taken."
    assert accounts(db) == [("grace", None)]


def test_without_a_terminal_the_password_must_be_piped(error_of, unused_db):
    error = error_of("create-user", "ada", stdin="no terminal", **unused_db.settings)

    assert error == "password: there is no terminal to prompt on; pipe it, with --password-stdin."


@pytest.mark.parametrize("arguments", [(), ("--password-stdin",)])
def test_a_closed_standard_input_is_rejected(error_of, unused_db, arguments):
    error = error_of("create-user", "ada", *arguments, stdin=None, **unused_db.settings)

    assert error.startswith("password: ")
