import hmac
from secrets import token_bytes, token_urlsafe

from application.ports.password_attempts import KeyedDigest
from domain.accounts.mail_token import TOKEN_BYTES
from domain.calendars.feed import SECRET_BYTES as FEED_SECRET_BYTES
from domain.calendars.feed import FeedSecret
from domain.webhooks.webhook import SECRET_BYTES as WEBHOOK_SECRET_BYTES


def new_feed_secret() -> FeedSecret:
    return FeedSecret(token_urlsafe(FEED_SECRET_BYTES))


def new_webhook_secret() -> bytes:
    return token_bytes(WEBHOOK_SECRET_BYTES)


def new_mail_token() -> str:
    return token_urlsafe(TOKEN_BYTES)


class HmacDigest(KeyedDigest):
    """HMAC-SHA256 of the parts."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    def __call__(self, *parts: str) -> bytes:
        # Tokens contain no NUL, so they can share the key.
        return hmac.digest(self._key, "\0".join(parts).encode(), "sha256")
