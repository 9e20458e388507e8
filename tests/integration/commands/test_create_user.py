"""Accounts that an operator opens."""

import os
import pty
import subprocess

import httpx
import pytest

from tests.builders import a_user
from tests.e2e.processes import command, environment
from tests.integration.commands.conftest import opened

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def nobody(postgres):
    """A migrated place where everything is refused."""
    with opened(postgres) as place:
        yield place


def accounts(place):
    return place.rows("SELECT username, email FROM users ORDER BY username")


def test_whoever_was_added_can_log_in(turnout, place, serving_on):
    arguments = ("create-user", "ada", "--email", "ada@example.org", "--password-stdin")
    done = turnout(*arguments, told=f"{PASSWORD}\n", **place.settings)

    assert (done.returncode, done.stdout, done.stderr) == (0, "ada can log in.\n", "")
    assert accounts(place) == [("ada", "ada@example.org")]
    body = {"username": "ada", "password": PASSWORD}
    assert httpx.post(f"{serving_on(place)}/v1/profile/token/", json=body).status_code == 200


@pytest.fixture
def answering(root, place):
    """What a terminal shows where the password is asked for, and answered."""

    def ask(*answers):
        ours, theirs = pty.openpty()
        with subprocess.Popen(
            command("create-user", "ada"),
            cwd=root,
            env=environment(**place.settings),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,  # so that /dev/tty is no way around
        ) as process:
            os.close(theirs)
            shown = b""
            for answer in answers:
                while not shown.endswith(b": "):
                    shown += os.read(ours, 1024)
                os.write(ours, f"{answer}\n".encode())
                shown += b"|"
            try:
                while part := os.read(ours, 1024):
                    shown += part
            except OSError:  # Linux: the other side is closed
                pass
            os.close(ours)
        return process.returncode, shown.decode()

    return ask


def test_the_password_is_asked_for_twice_and_not_shown(answering, place):
    exit_code, shown = answering(PASSWORD, "a slip of the hand", PASSWORD, PASSWORD)

    assert exit_code == 0
    assert "horse" not in shown
    assert "slip" not in shown
    assert "do not match" in shown
    assert shown.endswith("ada can log in.\r\n")
    assert accounts(place) == [("ada", None)]


@pytest.mark.parametrize(
    ("arguments", "password", "reason"),
    [
        (("ada", "--email", "here"), PASSWORD, "email: Not a valid email address."),
        (("ada",), "ada12345", "password: Must not be based on the username or "),
        (("ada",), "with a NUL\0", "password: Must not contain NUL characters"),
    ],
    ids=["no address", "too easy", "NUL"],
)
def test_what_signing_up_refuses_is_refused_in_one_line(
    refused, nobody, arguments, password, reason
):
    piped = {"told": f"{password}\n"} | nobody.settings
    said = refused("create-user", *arguments, "--password-stdin", **piped)

    assert said.startswith(reason)
    assert accounts(nobody) == []


def test_a_name_that_somebody_has_is_refused_in_one_line(refused, place):
    with place.new_work() as work:
        work.users.add(a_user("grace", email=None))
        work.commit()

    piped = {"told": f"{PASSWORD}\n"} | place.settings
    said = refused("create-user", "Grace", "--password-stdin", **piped)

    assert said == "The username Grace is taken."
    assert accounts(place) == [("grace", None)]


def test_without_a_terminal_the_password_must_be_piped(refused, nobody):
    said = refused("create-user", "ada", told="no terminal", **nobody.settings)

    assert said == "password: there is no terminal to ask for it; pipe it, with --password-stdin."


@pytest.mark.parametrize("arguments", [(), ("--password-stdin",)])
def test_a_standard_input_that_is_closed_is_no_password(refused, nobody, arguments):
    said = refused("create-user", "ada", *arguments, told=None, **nobody.settings)

    assert said.startswith("password: ")
