import asyncio
import os
import socket
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from ssl import CertificateError, SSLContext, create_default_context
from time import perf_counter

from aiohttp import (
    AddrInfoType,
    ClientConnectorCertificateError,
    ClientConnectorDNSError,
    ClientConnectorError,
    ClientConnectorSSLError,
    ClientError,
    ClientResponseError,
    ClientSession,
    ClientTimeout,
    TCPConnector,
)
from aiohttp.abc import AbstractResolver
from standardwebhooks import Webhook
from werkzeug.http import parse_date
from yarl import URL

from adapters.webhooks.addresses import is_public
from application.ports.webhook_sender import SignedRequest, WebhookSender
from domain.webhooks.delivery import (
    ATTEMPT_TIMEOUT,
    MAX_RETRY_AFTER,
    RESPONSE_MAX_BYTES,
    Attempt,
)


class AddressNotAllowed(PermissionError):
    """Another address of the same host may be allowed."""


class HttpWebhookSender(WebhookSender):
    """Sends Standard Webhooks (https://www.standardwebhooks.com) over HTTP/1.1.

    `allows_private_networks` is for development: https to all addresses, and http to this machine.
    `tls` has the trusted certificate authorities, by default those of the system.
    """

    def __init__(
        self,
        *,
        allows_private_networks: bool = False,
        tls: SSLContext | None = None,
        resolver: AbstractResolver | None = None,
        timeout: timedelta = ATTEMPT_TIMEOUT,
    ) -> None:
        self._allows_private_networks = allows_private_networks
        self._tls = tls or create_default_context()
        self._resolver = resolver
        self._timeout_s = timeout.total_seconds()

    async def send(self, request: SignedRequest) -> Attempt:
        started = perf_counter()
        status, body, error, retry_after = None, bytearray(), "", None
        try:
            async with (
                # aiohttp would round its own timeout up to a whole second.
                asyncio.timeout(self._timeout_s),
                self._session(request.url) as session,
                session.post(
                    URL(request.url, encoded=True),  # as the owner wrote it
                    data=request.body.encode(),
                    headers=_headers(request),
                    allow_redirects=False,
                ) as response,
            ):
                status = response.status
                retry_after = _retry_after(response.headers.get("Retry-After"), request.sent_at)
                while chunk := await response.content.read(RESPONSE_MAX_BYTES - len(body)):
                    body += chunk
        except (ClientError, TimeoutError, ValueError) as exc:
            error = _describe(exc)
        return Attempt(
            status=status,
            duration=timedelta(seconds=perf_counter() - started),
            # PostgreSQL stores no NUL.
            response=body.decode(errors="replace").replace("\0", "\N{REPLACEMENT CHARACTER}"),
            error=error,
            retry_after=retry_after,
        )

    def _session(self, url: str) -> ClientSession:
        """A session for one attempt: no connection, address or cookie is used again."""
        is_https = url.lower().startswith("https:")

        # aiohttp calls this for each address before it connects to exactly this one, however it
        # was written or found. After an OSError, it tries the next address.
        def make_socket(address_info: AddrInfoType) -> socket.socket:
            family, kind, protocol, _, socket_address = address_info
            address = ip_address(socket_address[0])
            if self._allows_private_networks:
                is_allowed = is_https or address.is_loopback
            else:
                is_allowed = is_https and is_public(address)
            if not is_allowed:
                raise AddressNotAllowed
            return socket.socket(family, kind, protocol)

        return ClientSession(
            connector=TCPConnector(
                resolver=self._resolver,
                socket_factory=make_socket,
                ssl=self._tls,
            ),
            timeout=ClientTimeout(),
            auto_decompress=False,
            trust_env=False,
        )


def _headers(request: SignedRequest) -> dict[str, str]:
    message_id = str(request.message_id)
    sent_at = request.sent_at.astimezone(UTC)  # sign() ignores the time zone
    return {
        "Accept-Encoding": "identity",
        "Content-Type": "application/json",
        "User-Agent": "Turnout-Webhooks",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(sent_at.timestamp())),
        "webhook-signature": " ".join(
            Webhook(secret).sign(message_id, sent_at, request.body) for secret in request.secrets
        ),
    }


def _retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Seconds or a date (RFC 9110 section 10.2.3), up to MAX_RETRY_AFTER."""
    if value is not None and value.isdecimal():
        return timedelta(seconds=min(float(value), MAX_RETRY_AFTER.total_seconds()))
    try:
        date = parse_date(value)
    except OverflowError:  # a year of 20 digits
        return None
    return None if date is None else min(max(date - now, timedelta(0)), MAX_RETRY_AFTER)


def _describe(error: ClientError | TimeoutError | ValueError) -> str:
    match error:
        case TimeoutError():
            text = "There was no complete response in time."
        case ClientConnectorDNSError():
            text = "The host name could not be resolved."
        case ClientConnectorError(os_error=AddressNotAllowed()):
            text = "Webhooks are only sent over https, and only to public addresses."
        case ClientConnectorCertificateError(certificate_error=CertificateError() as cause):
            text = f"The TLS certificate is not valid: {cause.verify_message}"
        case ClientConnectorSSLError():
            text = "The TLS handshake failed."
        case ClientConnectorError(errno=int(number)):
            text = f"The connection failed: {os.strerror(number)}"  # asyncio's text has addresses
        case ClientConnectorError():  # in different ways for different addresses
            text = "The connection failed."
        case ValueError():  # includes InvalidURL
            text = "The URL is not valid."
        case ClientResponseError():
            text = "The response is not valid HTTP."
        case _:  # ClientConnectionError, ClientPayloadError
            text = "The connection was closed before the response was complete."
    return text
