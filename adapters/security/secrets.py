import hmac
from secrets import token_urlsafe

from application.ports.password_attempts import KeyedDigest
from domain.calendars.feed import SECRET_BYTES, FeedSecret


def new_feed_secret() -> FeedSecret:
    return FeedSecret(token_urlsafe(SECRET_BYTES))


class HmacDigest(KeyedDigest):
    """HMAC-SHA256 of the parts."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    def __call__(self, *parts: str) -> bytes:
        # Tokens contain no NUL, so they can share the key.
        return hmac.digest(self._key, "\0".join(parts).encode(), "sha256")
