"""Rate limits by address and by account."""

import logging
import time
from collections.abc import Callable, Sequence
from functools import wraps
from hashlib import sha256
from math import ceil
from typing import Any, NamedTuple, TypeAlias

from flask import Response, after_this_request, g
from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import MovingWindowRateLimiter
from redis import RedisError
from werkzeug.exceptions import TooManyRequests

from adapters.http.decorator import Decorator, View
from adapters.http.problems.handlers import InvalidRequest
from adapters.http.requests.client_info import client_info
from domain.errors import Unauthenticated

KEY_PREFIX = "turnout"
# Seconds, for connecting and for each reply; nothing is retried, so an unreachable Redis delays a
# request by twice this at most.
REDIS_TIMEOUT_S = 0.1
# UnicodeError: an invalid host name.
REDIS_ERRORS = (RedisError, UnicodeError)
# An attribute of views: their limits, for the OpenAPI document.
RATE_LIMITS = "rate_limits"

logger = logging.getLogger("turnout.limits")

Failure: TypeAlias = type[Exception] | tuple[type[Exception], ...]
# The token of an ended session must not use up the limits of its owner. The session is checked
# after the body is parsed.
WITHOUT_SESSION = (Unauthenticated, InvalidRequest)


class RateLimit(NamedTuple):
    """Requests per window, successful or not, in the notation of the package limits.

    Operations that share a name share its counters.
    """

    name: str
    by_address: str = ""
    by_account: str = ""


SIGN_UP = RateLimit("sign up", by_address="60 per hour", by_account="10 per hour")
UPDATE_PROFILE = RateLimit("update profile", by_address="60 per hour", by_account="10 per hour")
LOG_IN = RateLimit("log in", by_address="60 per minute", by_account="10 per minute")
REFRESH = RateLimit("refresh", by_address="300 per minute", by_account="30 per minute")
PASSWORD = RateLimit("password", by_address="60 per minute", by_account="10 per minute")
# By account: by the requested address. More would let others flood its inbox.
RESET_PASSWORD = RateLimit("reset password", by_address="60 per hour", by_account="5 per hour")
MAIL_TOKEN = RateLimit("mail token", by_address="60 per minute")
# Requests that send something to a URL of the caller's choice.
DELIVER = RateLimit("deliver", by_account="60 per minute")
# By address, only requests with an unknown secret count: a calendar service reads the feeds of many
# users from one address. It keeps reading deleted feeds, which must not use up the limit.
FEED = RateLimit("feed", by_address="1200 per hour", by_account="120 per hour")


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
    """Counts in the storage, or in memory while Redis fails.

    Its decorators limit the requests to a view. Place them above the decorator that parses the body
    to count requests with an invalid body, too. The view raises TooManyRequests if a limit is
    exceeded. All its responses, including errors, have RateLimit headers.
    """

    def __init__(self, storage_uri: str, *, is_enabled: bool = True) -> None:
        # Connects later.
        storage = storage_from_string(
            storage_uri, socket_connect_timeout=REDIS_TIMEOUT_S, socket_timeout=REDIS_TIMEOUT_S
        )
        self._limiter = MovingWindowRateLimiter(storage)
        self._fallback = MovingWindowRateLimiter(MemoryStorage())
        self._is_enabled = is_enabled

    def by_address(self, limit: RateLimit, failure: Failure = ()) -> Decorator:
        """Limit by the client's address. With `failure`, only requests that raise it count."""

        def address(*_: Any, **__: Any) -> str:
            return client_info().network

        return self._limit(limit.name, limit.by_address, "address", address, failure=failure)

    def by_account(
        self,
        limit: RateLimit,
        account_of: Callable[..., str],
        label: str = "account",
        ignored: Failure = (),
    ) -> Decorator:
        """Limit by the account that `account_of` returns for the view's arguments.

        Requests that raise `ignored` do not count.
        """
        return self._limit(limit.name, limit.by_account, label, account_of, ignored=ignored)

    def _limit(
        self,
        name: str,
        windows: str,
        label: str,
        identifier_of: Callable[..., str],
        *,
        failure: Failure = (),
        ignored: Failure = (),
    ) -> Decorator:
        limits = parse_many(windows)

        def decorate(view: View) -> View:
            @wraps(view)
            def limited(*args: Any, **kwargs: Any) -> Any:
                # Hashed, so that Redis holds neither names nor secrets.
                digest = sha256(identifier_of(*args, **kwargs).encode()).hexdigest()
                keys = [RateLimitKey(each, (KEY_PREFIX, name, label, digest)) for each in limits]
                status = self.hit(*keys, is_counted=not (failure or ignored))
                _show(status)
                if status.is_exceeded:
                    raise TooManyRequests
                is_counted = bool(ignored)
                try:
                    return view(*args, **kwargs)
                except failure:
                    is_counted = True
                    raise
                except ignored:
                    is_counted = False
                    raise
                finally:
                    if is_counted:
                        _show(self.hit(*keys))

            decorated = limited if self._is_enabled else view
            text = " and ".join(str(each).replace(" 1 ", " ") for each in limits)
            text += f" by {label}{', failures only' if failure else ''}"
            setattr(decorated, RATE_LIMITS, (text, *getattr(view, RATE_LIMITS, ())))
            return decorated

        return decorate

    def hit(self, *keys: RateLimitKey, is_counted: bool = True) -> RateLimitStatus:
        """Count a request for each key until one is exceeded, or only check the limits.

        Returns the status of that one, or of the one with the fewest requests remaining.
        """
        try:
            return _hit(self._limiter, keys, is_counted)
        except REDIS_ERRORS as error:
            logger.warning("Redis is unavailable; counting in memory: %s", error)
            return _hit(self._fallback, keys, is_counted)


def _hit(
    limiter: MovingWindowRateLimiter, keys: Sequence[RateLimitKey], is_counted: bool
) -> RateLimitStatus:
    statuses = []
    count = limiter.hit if is_counted else limiter.test
    for limit, identifiers in keys:
        is_exceeded = not count(limit, *identifiers)
        reset_at, remaining = limiter.get_window_stats(limit, *identifiers)
        status = RateLimitStatus(limit, is_exceeded, remaining, reset_at)
        if is_exceeded:
            return status
        statuses.append(status)
    return min(statuses, key=lambda status: status.remaining)


def _show(status: RateLimitStatus) -> None:
    """Put the limit with the fewest requests left in the response."""
    if "rate_limit_status" not in g:
        after_this_request(_add_headers)
        g.rate_limit_status = status
    if status.is_exceeded or status.remaining < g.rate_limit_status.remaining:
        g.rate_limit_status = status


def _add_headers(response: Response) -> Response:
    """RateLimit headers (draft-ietf-httpapi-ratelimit-headers-06)."""
    status: RateLimitStatus = g.rate_limit_status
    reset_s = max(1, ceil(status.reset_at - time.time()))
    response.headers["RateLimit-Limit"] = str(status.limit.amount)
    response.headers["RateLimit-Remaining"] = str(status.remaining)
    response.headers["RateLimit-Reset"] = str(reset_s)
    if status.is_exceeded:
        response.headers["Retry-After"] = str(reset_s)
    return response
