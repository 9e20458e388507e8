"""Mails sent to real SMTP servers."""

import asyncio
import socket
import ssl
from email.headerregistry import Address
from email.utils import parsedate_to_datetime
from threading import Event
from uuid import UUID

import pytest
import trustme

from adapters.mail.smtp import Encryption, SmtpMailer, SmtpServer
from application.ports.mailer import Mail, MailNotSent, MailRejected
from tests.builders import NOON
from tests.fakes.clock import FakeClock
from tests.integration.mail.mail_server import Inbox, a_mail_server, accepts_login

SENDER = Address("Turnout Zürich, Büro", "turnout", "example.org")
ID = UUID("01997a60-5a80-7000-8000-000000000001")
LOGIN = {"username": "ada@example.org", "password": "p/w: 1"}


def a_mail(**changes):
    values = {
        "id": ID,
        "recipient": "ada@example.com",
        "subject": "Hello",
        "text": "Hi ada.\n",
        "html": "<p>Hi ada.</p>\n",
    }
    return Mail(**{**values, **changes})


def a_mailer(port, encryption=Encryption.NONE, timeout=20.0, **login):
    server = SmtpServer("127.0.0.1", port, encryption, **login)
    return SmtpMailer(server, SENDER, FakeClock(), timeout)


@pytest.fixture
def inbox():
    return Inbox()


@pytest.fixture
def authority(tmp_path, monkeypatch):
    """A certificate authority that the mailer trusts."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return authority


def tls_of(authority, name="127.0.0.1"):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(context)
    return context


def received(**changes):
    inbox = Inbox()
    with a_mail_server(inbox) as port:
        a_mailer(port).send(a_mail(**changes))
    [message] = inbox.messages
    assert max(map(len, inbox.envelopes[0].content.split(b"\r\n"))) <= 998  # RFC 5322 section 2.1.1
    assert inbox.envelopes[0].content.isascii()
    assert not message.defects
    return message


def test_a_mail_arrives_with_its_headers_and_both_bodies(inbox):
    with a_mail_server(inbox) as port:
        a_mailer(port).send(a_mail())

    [envelope], [message] = inbox.envelopes, inbox.messages
    assert envelope.mail_from == "turnout@example.org"
    assert envelope.rcpt_tos == ["ada@example.com"]
    [sender] = message["From"].addresses
    assert (sender.display_name, sender.addr_spec) == (
        "Turnout Zürich, Büro",
        "turnout@example.org",
    )
    assert message["To"] == "ada@example.com"
    assert message["Subject"] == "Hello"
    assert parsedate_to_datetime(message["Date"]) == NOON
    assert message["Message-ID"] == f"<{ID}@example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "multipart/alternative"
    text, html = message.iter_parts()
    assert (text.get_content_type(), text.get_content()) == ("text/plain", "Hi ada.\r\n")
    assert (html.get_content_type(), html.get_content()) == ("text/html", "<p>Hi ada.</p>\r\n")
    assert not {"List-Unsubscribe", "Bcc", "Cc"} & set(message.keys())


LONG_URL = f"https://app.example.org/unsubscribe/?token={'x' * 200}"


def test_notices_can_be_unsubscribed_from():
    message = received(unsubscribe_url=LONG_URL)

    assert message["List-Unsubscribe"] == f"<{LONG_URL}>"


def test_a_long_url_in_a_header_is_neither_encoded_nor_broken(inbox):
    with a_mail_server(inbox) as port:
        a_mailer(port).send(a_mail(unsubscribe_url=LONG_URL))

    assert f"List-Unsubscribe: <{LONG_URL}>\r\n".encode() in inbox.envelopes[0].content


TEXTS = {
    "markup": "<b>Tom</b> & \"Jerry\" 'x'",
    "right to left": "שלום עולם " * 5 + "\u2067مرحبا\u2069",
    "emoji": "👩‍👩‍👧 party 🎉🎉",
    "1,000 letters": "a" * 1000,
    "1,000 other letters": "ß" * 1000,
    "1,000 emoji": "🎉" * 1000,
    "many words": "word  two " * 100 + "end",
    "header syntax": 'a, b; c: d (e) <f@g> "h" \\ =?',
    "an encoded word": "=?utf-8?q?Hello?= =?utf-8?b?w6k=?=",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_all_text_arrives_unchanged(text):
    message = received(subject=text, text=f"{text}\n", html=f"<p>{text}</p>\n")

    assert message["Subject"] == text
    plain, html = message.iter_parts()
    assert plain.get_content() == f"{text}\r\n"
    assert html.get_content() == f"<p>{text}</p>\r\n"


@pytest.mark.parametrize(
    ("subject", "line"),
    [
        ("Reminder: Tea at five", b"Subject: Reminder: Tea at five\r\n"),
        ("Tee für zwei", b"Subject: =?utf-8?q?Tee_f=C3=BCr_zwei?=\r\n"),
    ],
)
def test_a_subject_is_only_encoded_if_necessary(inbox, subject, line):
    with a_mail_server(inbox) as port:
        a_mailer(port).send(a_mail(subject=subject))

    assert line in inbox.envelopes[0].content


def test_lines_of_the_text_arrive_unchanged():
    text = "one\n\n.\n..\nFrom ada\nBcc: eve@example.com\n trailing \nlast\n"

    plain, _ = received(text=text).iter_parts()

    assert plain.get_content().replace("\r\n", "\n") == text


@pytest.mark.parametrize("end", ["\r\n.\r\n", "\n.\n", "\r.\r", "\n.\r\n", "\r\n.\r", "\r\n.\n"])
def test_no_text_ends_the_mail_and_starts_another(inbox, end):
    text = f"one{end}MAIL FROM:<eve@example.com>\n"
    with a_mail_server(inbox) as port:
        a_mailer(port).send(a_mail(text=text, html=text))

    [message] = inbox.messages
    for part in message.iter_parts():
        assert part.get_content().splitlines() == ["one", ".", "MAIL FROM:<eve@example.com>"]


@pytest.mark.parametrize(
    "subject",
    [
        "=?utf-8?q?Hello=0D=0ABcc:_eve@example.com?=",
        "é =?utf-8?q?=0ABcc:_eve@example.com=0A=0AHello?= " + "x" * 80,
    ],
)
def test_encoded_line_breaks_in_a_subject_add_no_header(subject):
    message = received(subject=subject)

    assert message["Bcc"] is None
    assert message["To"] == "ada@example.com"


@pytest.mark.parametrize("line_break", ["\r\n", "\n", "\r", "\v", "\f", "\x85", "\u2028", "\0"])
@pytest.mark.parametrize("end", ["Bcc: eve@example.com", ""])
@pytest.mark.parametrize("field", ["subject", "recipient"])
def test_a_line_break_in_a_header_is_rejected(inbox, field, line_break, end):
    value = f"{getattr(a_mail(), field)}{line_break}{end}"
    with a_mail_server(inbox) as port, pytest.raises(MailRejected):
        a_mailer(port).send(a_mail(**{field: value}))

    assert not inbox.envelopes


@pytest.mark.parametrize("line_break", ["\r\n", "\n"])
def test_a_line_break_in_a_url_is_an_error(inbox, line_break):
    mail = a_mail(unsubscribe_url=f"https://app.example.org/{line_break}Bcc: eve@example.com")
    with a_mail_server(inbox) as port, pytest.raises(ValueError, match="linefeed"):
        a_mailer(port).send(mail)

    assert not inbox.envelopes


@pytest.mark.parametrize(
    "recipient",
    [
        "",
        "ada",
        "@example.com",
        "ada@",
        "ada@example.com, eve@example.com",
        "ada@example.com,eve@example.com",
        "<ada@example.com>",
        "Ada <ada@example.com>",
        "ada@example.com> SIZE=1",
        "ädä@example.com",
        "ada@\u2028bücher.example",
        "group: ada@example.com;",
        "=?utf-8?q?ada=0D=0ABcc?=@example.com",
    ],
)
def test_what_is_not_one_address_is_rejected(inbox, recipient):
    with a_mail_server(inbox) as port, pytest.raises(MailRejected):
        a_mailer(port).send(a_mail(recipient=recipient))

    assert not inbox.envelopes


@pytest.mark.parametrize(
    ("recipient", "ascii_address"),
    [
        ("ada@Bücher.example", "ada@xn--bcher-kva.example"),
        ("ada@faß.example", "ada@xn--fa-hia.example"),
        ("o'hara+turnout@example.com", "o'hara+turnout@example.com"),
        (f"{'a' * 64}@{'b' * 63}.{'c' * 63}.example", f"{'a' * 64}@{'b' * 63}.{'c' * 63}.example"),
    ],
)
def test_a_recipient_gets_the_mail_in_ascii(inbox, recipient, ascii_address):
    with a_mail_server(inbox) as port:
        a_mailer(port).send(a_mail(recipient=recipient))

    assert inbox.envelopes[0].rcpt_tos == [ascii_address]
    assert f"\r\nTo: {ascii_address}\r\n".encode() in inbox.envelopes[0].content


def test_a_second_attempt_has_the_same_message_id(inbox):
    with a_mail_server(inbox) as port:
        mailer = a_mailer(port)
        mailer.send(a_mail())
        mailer.send(a_mail())

    first, second = inbox.messages
    assert first["Message-ID"] == second["Message-ID"]


class Replies(Inbox):
    """Replies to a command, once or always."""

    def __init__(self, command, reply, times=1_000):
        super().__init__()
        self._command, self._reply, self._left = command, reply, times

    def _reply_to(self, command):
        if command != self._command or not self._left:
            return None
        self._left -= 1
        return self._reply

    async def handle_MAIL(self, server, session, envelope, address, options):
        envelope.mail_from = address
        return self._reply_to("MAIL") or "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if reply := self._reply_to("RCPT"):
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        return self._reply_to("DATA") or await super().handle_DATA(server, session, envelope)

    async def handle_QUIT(self, server, session, envelope):
        return self._reply_to("QUIT") or "221 Bye"


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_a_permanent_error_rejects_the_mail(command):
    handler = Replies(command, "550 5.7.1 not here")
    with (
        a_mail_server(handler) as port,
        pytest.raises(MailRejected, match=r"^550 5\.7\.1 not here$"),
    ):
        a_mailer(port).send(a_mail())

    assert not handler.envelopes


@pytest.mark.parametrize("reply", ["450 4.2.0 greylisted", "421 4.3.2 shutting down"])
@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_after_a_temporary_error_the_mail_can_be_sent_again(command, reply):
    handler = Replies(command, reply, times=1)
    with a_mail_server(handler) as port:
        mailer = a_mailer(port)
        with pytest.raises(MailNotSent, match=reply[:3]):
            mailer.send(a_mail())
        assert not handler.envelopes

        mailer.send(a_mail())

    assert len(handler.envelopes) == 1


@pytest.mark.parametrize("reply", ["500 what?", "421 too late"])
def test_an_accepted_mail_is_sent_even_if_the_goodbye_fails(reply):
    handler = Replies("QUIT", reply)
    with a_mail_server(handler) as port:
        a_mailer(port).send(a_mail())

    assert len(handler.envelopes) == 1


def test_a_connection_dropped_after_the_data_leaves_the_mail_unsent():
    class Drops(Inbox):
        async def handle_DATA(self, server, session, envelope):
            await super().handle_DATA(server, session, envelope)
            server.transport.abort()
            return "250 OK"

    handler = Drops()
    with a_mail_server(handler) as port, pytest.raises(MailNotSent):
        a_mailer(port).send(a_mail())

    assert len(handler.envelopes) == 1


def test_a_connection_dropped_after_the_mail_was_accepted_changes_nothing():
    class Drops(Inbox):
        async def handle_QUIT(self, server, session, envelope):
            server.transport.abort()
            return "221 Bye"

    handler = Drops()
    with a_mail_server(handler) as port:
        a_mailer(port).send(a_mail())

    assert len(handler.envelopes) == 1


@pytest.mark.parametrize("command", ["EHLO", "MAIL", "RCPT", "DATA"])
def test_a_server_that_does_not_reply_leaves_the_mail_unsent(command):
    called = Event()

    async def never_reply(*_):
        called.set()
        await asyncio.Event().wait()

    async def handle_ehlo(server, session, envelope, hostname, responses):
        await never_reply()

    handler = Inbox()
    setattr(handler, f"handle_{command}", handle_ehlo if command == "EHLO" else never_reply)
    with a_mail_server(handler) as port, pytest.raises(MailNotSent):
        a_mailer(port, timeout=0.3).send(a_mail())

    assert called.is_set()


@pytest.mark.parametrize("encryption", Encryption)
def test_a_server_without_a_greeting_leaves_the_mail_unsent(encryption):
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(MailNotSent):
        a_mailer(silent.getsockname()[1], encryption, timeout=0.3).send(a_mail())


def test_a_refused_connection_leaves_the_mail_unsent():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # does not listen
        with pytest.raises(MailNotSent, match="ConnectionRefusedError"):
            a_mailer(closed.getsockname()[1]).send(a_mail())


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_a_server_with_a_login_accepts_the_right_password(inbox):
    options = {"authenticator": accepts_login, "auth_required": True, "auth_require_tls": False}
    with a_mail_server(inbox, **options) as port:
        a_mailer(port, **LOGIN).send(a_mail())

    assert len(inbox.envelopes) == 1


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize(
    ("login", "code"), [({}, "530"), ({**LOGIN, "password": "wrong"}, "535")], ids=["none", "wrong"]
)
def test_a_missing_or_wrong_login_rejects_no_mail(inbox, login, code):
    options = {"authenticator": accepts_login, "auth_required": True, "auth_require_tls": False}
    with (
        a_mail_server(inbox, **options) as port,
        pytest.raises(MailNotSent, match=code) as exc_info,
    ):
        a_mailer(port, **login).send(a_mail())

    assert "wrong" not in str(exc_info.value)
    assert not inbox.envelopes


def test_starttls_comes_before_the_login(inbox, authority):
    options = {"authenticator": accepts_login, "auth_required": True, "require_starttls": True}
    with a_mail_server(inbox, tls_context=tls_of(authority), **options) as port:
        a_mailer(port, Encryption.STARTTLS, **LOGIN).send(a_mail())

    assert len(inbox.envelopes) == 1


def test_without_starttls_nothing_is_sent(inbox):
    logins = []

    def authenticator(server, session, envelope, mechanism, login):
        logins.append(login)
        return accepts_login(server, session, envelope, mechanism, login)

    with (
        a_mail_server(inbox, authenticator=authenticator, auth_require_tls=False) as port,
        pytest.raises(MailNotSent, match="STARTTLS"),
    ):
        a_mailer(port, Encryption.STARTTLS, **LOGIN).send(a_mail())

    assert not inbox.envelopes
    assert not logins


def test_tls_from_the_start(inbox, authority):
    with a_mail_server(inbox, ssl_context=tls_of(authority)) as port:
        a_mailer(port, Encryption.TLS).send(a_mail())

    assert len(inbox.envelopes) == 1


@pytest.mark.parametrize("encryption", [Encryption.TLS, Encryption.STARTTLS])
@pytest.mark.parametrize("is_trusted", [True, False], ids=["other name", "other authority"])
def test_a_server_with_a_wrong_certificate_gets_nothing(inbox, authority, encryption, is_trusted):
    tls = tls_of(authority, "127.0.0.2") if is_trusted else tls_of(trustme.CA())
    option = "ssl_context" if encryption is Encryption.TLS else "tls_context"
    with (
        a_mail_server(inbox, **{option: tls}) as port,
        pytest.raises(MailNotSent, match="CERTIFICATE_VERIFY_FAILED"),
    ):
        a_mailer(port, encryption).send(a_mail())

    assert not inbox.envelopes


def test_the_password_is_not_in_the_representation():
    assert "p/w" not in repr(SmtpServer("smtp.example.org", 465, Encryption.TLS, **LOGIN))
