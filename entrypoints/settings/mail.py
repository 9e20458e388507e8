"""Settings of mail."""

from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import unquote, urlsplit

from adapters.mail.message import ADDRESS
from adapters.mail.smtp import Encryption, SmtpServer
from entrypoints.settings.environment import SettingsError, read, read_origin

SUBMISSION_PORT = 587  # RFC 6409
SUBMISSIONS_PORT = 465  # RFC 8314 section 3.3
DEFAULT_SENDER = Address("Turnout", "turnout", "localhost")
DEFAULT_APP_URL = "http://localhost:3000"
# With smtp://: by default, as if required, except on this machine.
ENCRYPTION_BY_QUERY = {"starttls=required": Encryption.STARTTLS, "starttls=none": Encryption.NONE}


@dataclass(frozen=True)
class MailSettings:
    """Mails go to the server, else to files in the directory, else nowhere."""

    server: SmtpServer | None
    directory: Path | None
    sender: Address
    app_url: str

    @property
    def is_mailing(self) -> bool:
        return self.server is not None or self.directory is not None


def read_mail_settings() -> MailSettings:
    """With SMTP_URL, the others are required. Raises SettingsError."""
    server = _read_server("SMTP_URL")
    sender = _read_sender("MAIL_FROM")
    app_url = read_origin("PUBLIC_APP_URL")
    if server is not None and sender is None:
        raise SettingsError("MAIL_FROM: is not set.")
    if server is not None and app_url is None:
        raise SettingsError("PUBLIC_APP_URL: is not set.")
    directory: str = read("MAIL_DIR", "str", default="")
    return MailSettings(
        server,
        Path(directory) if directory else None,
        sender or DEFAULT_SENDER,
        app_url or DEFAULT_APP_URL,
    )


def _read_server(name: str) -> SmtpServer | None:
    text: str = read(name, "str", default="")
    if not text:
        return None
    try:
        url = urlsplit(text)
        host, port = url.hostname, url.port
    except ValueError:
        host = port = None
    if not host or port == 0 or url.path.strip("/") or url.fragment:
        raise SettingsError(
            f"{name}: must be a URL like smtps://user:password@smtp.example.org; "
            "percent-encode special characters in the user and the password."
        )
    username, password = unquote(url.username or ""), unquote(url.password or "")
    if bool(username) != bool(password):
        raise SettingsError(f"{name}: must have both a user and a password, or neither.")
    if not f"{username}{password}".isascii():
        raise SettingsError(f"{name}: the user and the password must be ASCII.")
    if url.scheme == "smtps" and not url.query:
        return SmtpServer(host, port or SUBMISSIONS_PORT, Encryption.TLS, username, password)
    if url.scheme != "smtp" or url.query not in ("", *ENCRYPTION_BY_QUERY):
        raise SettingsError(
            f"{name}: must begin with smtps://, or with smtp:// and may then end with "
            "?starttls=required or ?starttls=none."
        )
    default = Encryption.NONE if _is_loopback(host) else Encryption.STARTTLS
    encryption = ENCRYPTION_BY_QUERY.get(url.query, default)
    return SmtpServer(host, port or SUBMISSION_PORT, encryption, username, password)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _read_sender(name: str) -> Address | None:
    text: str = read(name, "str", default="")
    if not text:
        return None
    message = EmailMessage(SMTP)
    try:
        message["From"] = text
        [sender] = message["From"].addresses
    except (ValueError, IndexError):
        sender = None
    if sender is None or not ADDRESS.fullmatch(sender.addr_spec) or message["From"].defects:
        raise SettingsError(f"{name}: must be an address like Turnout <turnout@example.org>.")
    address: Address = sender
    return address
