"""Endpoints of users, and the secrets that sign requests to them."""

import re
from collections.abc import Set
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import AddressValueError, IPv6Address
from typing import TypedDict
from urllib.parse import urlsplit
from uuid import UUID

from domain.errors import Invalid
from domain.events.messages import MessageType
from domain.text import require_lines
from domain.webhooks.errors import WebhookDisabled, WebhookUrlRefused

# Per user.
MAX_WEBHOOKS = 10
URL_MAX_LENGTH = 2_000
DESCRIPTION_MAX_LENGTH = 500
# Case does not matter to hosts; urlsplit returns them in lower case.
HOST_MAX_LENGTH = 253
HOST_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
# IPv6; IPv4 in each notation, by its last part (URL Standard, ends-in-a-number checker); localhost
# and other names without a dot.
PRIVATE_HOST = r".*:.*|(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*|localhost)\.?|[^.]*\.?"
# Standard Webhooks, signature scheme: between 24 and 64 bytes.
SECRET_BYTES = 32
# By which the clocks of hosts may differ.
CLOCK_TOLERANCE = timedelta(seconds=5)
# How long the previous secret also signs.
ROTATION = timedelta(hours=24)


class WebhookUrl(str):
    """An absolute URL of up to 2,000 ASCII characters, without credentials and fragment.

    It must be https and name a host of the internet, unless `allows_private_networks`. Where a name
    leads is checked at each attempt. Raises Invalid or WebhookUrlRefused.
    """

    __slots__ = ()

    def __new__(cls, text: str, *, allows_private_networks: bool = False) -> "WebhookUrl":
        if len(text) > URL_MAX_LENGTH or not re.fullmatch("[!-~]+", text):
            problem = f"Must be a URL of up to {URL_MAX_LENGTH:,} ASCII characters without spaces."
            raise Invalid("url", problem)
        try:
            parts = urlsplit(text)
            host, _ = parts.hostname or "", parts.port
        except ValueError as error:
            raise Invalid("url", "Must be a valid URL.") from error
        if parts.scheme not in {"http", "https"}:
            raise WebhookUrlRefused("Must start with https://.")
        if "@" in parts.netloc or "#" in text:
            raise Invalid("url", "Must have no credentials and no fragment.")
        is_ipv6 = "[" in parts.netloc
        if not (_is_ipv6_literal(parts.netloc) if is_ipv6 else _is_host_name(host)):
            raise Invalid("url", "Must have a valid host name.")
        if not allows_private_networks:
            if parts.scheme != "https":
                raise WebhookUrlRefused("Must start with https://.")
            if re.fullmatch(PRIVATE_HOST, host):
                raise WebhookUrlRefused("Must have a public host name, not an IP address.")
        return super().__new__(cls, text)


def _is_host_name(host: str) -> bool:
    is_name = re.fullmatch(rf"{HOST_LABEL}(?:\.{HOST_LABEL})*\.?", host)
    return is_name is not None and len(host) <= HOST_MAX_LENGTH


def _is_ipv6_literal(netloc: str) -> bool:
    """With or without a port. urlsplit also allows other text in and after the brackets."""
    if literal := re.fullmatch(r"\[([^\[\]]+)\](?::[0-9]*)?", netloc):
        with suppress(AddressValueError):
            IPv6Address(literal[1])
            return True
    return False


class WebhookDescription(str):
    """Up to 500 characters after trimming whitespace. Raises Invalid."""

    __slots__ = ()

    def __new__(cls, text: str) -> "WebhookDescription":
        trimmed = text.strip()
        if len(trimmed) > DESCRIPTION_MAX_LENGTH:
            problem = f"Must be at most {DESCRIPTION_MAX_LENGTH} characters."
            raise Invalid("description", problem)
        require_lines("description", trimmed)
        return super().__new__(cls, trimmed)


class DisabledReason(StrEnum):
    BY_OWNER = "by_owner"
    GONE = "gone"  # the endpoint responded with 410
    FAILING = "failing"  # a delivery failed after the last attempt


class WebhookChanges(TypedDict, total=False):
    """The fields to change. `url` must be valid as WebhookUrl; `types` is None for all types."""

    url: str
    types: Set[MessageType] | None
    description: WebhookDescription
    enabled: bool


@dataclass
class Webhook:
    """`types` is None for all types, also those of later releases."""

    id: UUID
    user_id: UUID
    url: str  # valid as WebhookUrl when it was set
    types: Set[MessageType] | None
    description: WebhookDescription
    secret: bytes = field(repr=False)
    created_at: datetime
    enabled_at: datetime  # last
    disabled_reason: DisabledReason | None = None
    previous_secret: bytes | None = field(default=None, repr=False)
    previous_secret_until: datetime | None = None

    @property
    def is_enabled(self) -> bool:
        return self.disabled_reason is None

    def queue_time(self, now: datetime) -> datetime:
        """When to queue a delivery. Not before it was enabled, even if clocks differ."""
        return max(now, self.enabled_at)

    def wants(self, message_type: str, occurred_at: datetime) -> bool:
        """Nothing that happened before it was enabled, except within CLOCK_TOLERANCE."""
        is_enabled = self.is_enabled and occurred_at >= self.enabled_at - CLOCK_TOLERANCE
        return is_enabled and (self.types is None or message_type in self.types)

    def edit(self, changes: WebhookChanges, now: datetime) -> None:
        for name in ("url", "types", "description"):
            if name in changes:
                setattr(self, name, changes[name])
        match changes.get("enabled"):
            case True:
                self._enable(now)
            case False:
                self.disable(DisabledReason.BY_OWNER)

    def require_enabled(self) -> None:
        """Raises WebhookDisabled."""
        if not self.is_enabled:
            raise WebhookDisabled

    def disable(self, reason: DisabledReason) -> None:
        """The first reason stays."""
        self.disabled_reason = self.disabled_reason or reason

    def rotate_secret(self, secret: bytes, now: datetime) -> None:
        """The previous secret also signs for ROTATION; an older one no longer does."""
        self.previous_secret, self.previous_secret_until = self.secret, now + ROTATION
        self.secret = secret

    def signing_secrets(self, now: datetime) -> list[bytes]:
        if self.previous_secret is None or self.previous_secret_until is None:
            return [self.secret]
        if now >= self.previous_secret_until:
            return [self.secret]
        return [self.secret, self.previous_secret]

    def _enable(self, now: datetime) -> None:
        """Deliveries that were queued before fail: old messages are not sent later."""
        if not self.is_enabled:
            self.disabled_reason, self.enabled_at = None, now
