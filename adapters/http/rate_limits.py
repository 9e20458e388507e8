"""Rate limits by address and by account."""

import logging
import time
from collections.abc import Callable
from functools import partial, wraps
from hashlib import sha256
from ipaddress import IPv6Address, ip_network
from math import ceil
from typing import Any, NamedTuple

from flask import Response, after_this_request, request
from flask_smorest import Blueprint
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import MovingWindowRateLimiter
from redis import RedisError
from werkzeug.exceptions import TooManyRequests

from adapters.http.decorator import Decorator, View
from adapters.http.problems.responses import TOO_MANY_REQUESTS
from adapters.http.requests.proxies import parsed_address

# A host can use any address of its IPv6 network (RFC 4291 section 2.5.1).
IPV6_NETWORK_PREFIX = 64
KEY_PREFIX = "turnout"
# Seconds, for connecting and for each reply; nothing is retried, so an unreachable Redis delays a
# request by twice this at most.
REDIS_TIMEOUT_S = 0.1
# UnicodeError: an invalid host name.
REDIS_ERRORS = (RedisError, UnicodeError)

logger = logging.getLogger("turnout.limits")


class RateLimit(NamedTuple):
    """Requests per window, successful or not, in the notation of the package limits."""

    by_address: str
    by_account: str


SIGN_UP = RateLimit(by_address="60 per hour", by_account="10 per hour")
LOG_IN = RateLimit(by_address="60 per minute", by_account="10 per minute")
REFRESH = RateLimit(by_address="300 per minute", by_account="30 per minute")
PASSWORD = RateLimit(by_address="60 per minute", by_account="10 per minute")


class RateLimitKey(NamedTuple):
    """A limit and what it applies to."""

    limit: RateLimitItem
    identifiers: tuple[str, ...]


class RateLimitStatus(NamedTuple):
    limit: RateLimitItem
    is_exceeded: bool
    remaining: int
    reset_at: float  # seconds since the epoch


class RateLimiter:
    """Counts in the storage, or in memory while Redis fails."""

    def __init__(self, storage_uri: str, *, is_enabled: bool = True) -> None:
        # Connects later.
        storage = storage_from_string(
            storage_uri, socket_connect_timeout=REDIS_TIMEOUT_S, socket_timeout=REDIS_TIMEOUT_S
        )
        self._limiter = MovingWindowRateLimiter(storage)
        self._fallback = MovingWindowRateLimiter(MemoryStorage())
        self._is_enabled = is_enabled

    def limit(self, limit: RateLimit, account_of: Callable[..., str]) -> Decorator:
        """Limit the requests to a view; `account_of` finds the account in the view's arguments.

        The view raises TooManyRequests where a limit is exceeded. Its responses, errors too, have
        RateLimit headers.
        """
        by_address, by_account = map(parse, limit)

        def decorate(view: View) -> View:
            @wraps(view)
            def limited(*args: Any, **kwargs: Any) -> Any:
                endpoint = request.endpoint or ""
                # Hashed, so that Redis holds no account names.
                account = sha256(account_of(*args, **kwargs).encode()).hexdigest()
                status = self.hit(
                    RateLimitKey(by_address, (KEY_PREFIX, _address(), endpoint)),
                    RateLimitKey(by_account, (KEY_PREFIX, account, endpoint)),
                )
                after_this_request(partial(_add_headers, status))
                if status.is_exceeded:
                    raise TooManyRequests
                return view(*args, **kwargs)

            return documented(limited if self._is_enabled else view)

        documented: Decorator = Blueprint.doc(responses={429: TOO_MANY_REQUESTS})
        return decorate

    def hit(self, *keys: RateLimitKey) -> RateLimitStatus:
        """Count a request for each key, up to one that is exceeded.

        Returns the status of that one, or of the one with the fewest requests remaining.
        """
        try:
            return _hit(self._limiter, keys)
        except REDIS_ERRORS as error:
            logger.warning("Redis is unavailable; counting in memory: %s", error)
            return _hit(self._fallback, keys)


def _hit(limiter: MovingWindowRateLimiter, keys: tuple[RateLimitKey, ...]) -> RateLimitStatus:
    statuses = []
    for limit, identifiers in keys:
        is_exceeded = not limiter.hit(limit, *identifiers)
        reset_at, remaining = limiter.get_window_stats(limit, *identifiers)
        status = RateLimitStatus(limit, is_exceeded, remaining, reset_at)
        if is_exceeded:
            return status
        statuses.append(status)
    return min(statuses, key=lambda status: status.remaining)


def _add_headers(status: RateLimitStatus, response: Response) -> Response:
    """RateLimit headers (draft-ietf-httpapi-ratelimit-headers-06)."""
    reset_s = max(1, ceil(status.reset_at - time.time()))
    response.headers["RateLimit-Limit"] = str(status.limit.amount)
    response.headers["RateLimit-Remaining"] = str(status.remaining)
    response.headers["RateLimit-Reset"] = str(reset_s)
    if status.is_exceeded:
        response.headers["Retry-After"] = str(reset_s)
    return response


def _address() -> str:
    """The client's address; for IPv6 its network."""
    address = parsed_address(request.remote_addr or "")
    if isinstance(address, IPv6Address):
        return str(ip_network((address, IPV6_NETWORK_PREFIX), strict=False))
    return str(address)
