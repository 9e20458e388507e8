"""How often an address, and an account, may try what can be guessed or flooded."""

import time
from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from ipaddress import IPv6Address, ip_network
from math import ceil
from typing import Any, NamedTuple, TypeVar, cast

from flask import Flask, Response, g, request
from flask_limiter import Limiter

from adapters.http.proxies import parsed_address

View = TypeVar("View", bound=Callable[..., Any])

# Where a view says that it is limited.
IS_LIMITED = "is_limited"
# Of IPv6 the network counts: a host can take any address in it (RFC 4291 section 2.5.1).
IPV6_NETWORK_PREFIX = 64
STORAGE_TIMEOUT_S = 1


class Limit(NamedTuple):
    """Attempts per window, good and bad ones, in flask-limiter's words."""

    by_address: str
    by_account: str


SIGN_UP = Limit(by_address="60 per hour", by_account="10 per hour")
LOG_IN = Limit(by_address="60 per minute", by_account="10 per minute")
REFRESH = Limit(by_address="300 per minute", by_account="30 per minute")
PASSWORD = Limit(by_address="60 per minute", by_account="10 per minute")


class Limits:
    """Counts the attempts; where the storage does not answer, in the memory of this process."""

    def __init__(self, is_enabled: bool, storage_uri: str) -> None:
        is_remote = not storage_uri.startswith("memory:")
        timeouts: dict[str, str | int] = {
            "socket_timeout": STORAGE_TIMEOUT_S,
            "socket_connect_timeout": STORAGE_TIMEOUT_S,
        }
        self._limiter = Limiter(
            _address,
            enabled=is_enabled,
            storage_uri=storage_uri,
            storage_options=timeouts if is_remote else {},
            strategy="moving-window",
            in_memory_fallback_enabled=is_remote,
            key_prefix="turnout",
        )

    def attach(self, app: Flask) -> None:
        self._limiter.init_app(app)
        app.after_request(self._tell)

    def limit(self, limit: Limit, account_of: Callable[..., str]) -> Callable[[View], View]:
        """Count the calls of a view; `account_of` tells from its arguments whose account it is."""

        def decorate(view: View) -> View:
            by_address = self._limiter.limit(limit.by_address)
            by_account = self._limiter.limit(limit.by_account, key_func=lambda: g.account)
            counted = by_account(by_address(view))

            @wraps(view)
            def limited(*args: Any, **kwargs: Any) -> Any:
                # Of one length, whatever was typed, and unreadable where it is kept.
                g.account = sha256(account_of(*args, **kwargs).encode()).hexdigest()
                return counted(*args, **kwargs)

            setattr(limited, IS_LIMITED, True)
            return cast(View, limited)

        return decorate

    def _tell(self, response: Response) -> Response:
        """RateLimit headers (draft-ietf-httpapi-ratelimit-headers-06), of the nearest limit."""
        limits = self._limiter.current_limits if "account" in g else ()
        if limits:
            nearest = min(limits, key=lambda limit: (not limit.breached, limit.remaining))
            wait_s = max(1, ceil(nearest.window.reset_time - time.time()))
            response.headers["RateLimit-Limit"] = str(nearest.limit.amount)
            response.headers["RateLimit-Remaining"] = str(nearest.remaining)
            response.headers["RateLimit-Reset"] = str(wait_s)
            if nearest.breached:
                response.headers["Retry-After"] = str(wait_s)
        return response


def _address() -> str:
    """The address to count for; of IPv6 the network."""
    address = parsed_address(request.remote_addr or "")
    if isinstance(address, IPv6Address):
        return str(ip_network((address, IPV6_NETWORK_PREFIX), strict=False))
    return str(address)
