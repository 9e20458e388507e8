"""Mails written to files."""

import logging
import stat
from dataclasses import replace
from email import message_from_bytes
from email.headerregistry import Address
from email.policy import SMTP
from uuid import UUID

import pytest

from adapters.mail.files import FileMailer
from application.ports.mailer import Mail, MailNotSent, MailRejected
from tests.fakes.clock import FakeClock

MAIL = Mail(
    id=UUID("01997a60-5a80-7000-8000-000000000001"),
    recipient="ada@example.com",
    subject="Grüße",
    text="Hi ada.\n",
    html="<p>Hi ada.</p>\n",
)


@pytest.fixture
def mailer(tmp_path):
    return FileMailer(tmp_path / "mails", Address("Turnout", "turnout", "localhost"), FakeClock())


def test_a_mail_is_in_a_file_whose_path_is_logged(mailer, tmp_path, caplog):
    caplog.set_level(logging.INFO)

    mailer.send(MAIL)

    [path] = (tmp_path / "mails").iterdir()
    assert path.suffix == ".eml"
    assert str(path) in caplog.text
    message = message_from_bytes(path.read_bytes(), policy=SMTP)
    assert (message["To"], message["Subject"]) == ("ada@example.com", "Grüße")
    assert message.get_body(["plain"]).get_content() == "Hi ada.\r\n"
    assert message.get_body(["html"]).get_content() == "<p>Hi ada.</p>\r\n"


def test_a_link_in_a_file_can_be_copied(mailer, tmp_path):
    link = f"http://localhost:3000/verify-email#token={'x' * 43}"
    mailer.send(replace(MAIL, text=f"Confirm your email address:\n{link}\n"))

    [path] = (tmp_path / "mails").iterdir()
    assert link in path.read_text().splitlines()


def test_only_the_owner_can_read_the_file(mailer, tmp_path):
    mailer.send(MAIL)

    [path] = (tmp_path / "mails").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_second_attempt_replaces_the_file(mailer, tmp_path):
    mailer.send(MAIL)
    mailer.send(replace(MAIL, subject="Again"))

    [path] = (tmp_path / "mails").iterdir()
    assert b"Subject: Again\r\n" in path.read_bytes()


def test_an_unusable_directory_leaves_the_mail_unsent(mailer, tmp_path):
    (tmp_path / "mails").write_text("a file")

    with pytest.raises(MailNotSent, match="File exists"):
        mailer.send(MAIL)


def test_an_invalid_recipient_is_rejected(mailer):
    with pytest.raises(MailRejected):
        mailer.send(replace(MAIL, recipient="ada\r\n@example.com"))
