"""How often an address, and an account, may try what can be guessed or flooded."""

import time
from collections.abc import Callable
from functools import partial, wraps
from hashlib import sha256
from ipaddress import IPv6Address, ip_network
from math import ceil
from typing import Any, NamedTuple, cast

from flask import Response, after_this_request, request
from limits import parse
from werkzeug.exceptions import TooManyRequests

from adapters.http.attempts import Attempts, Standing, Window
from adapters.http.decorator import View
from adapters.http.proxies import parsed_address

# Where a view says that it is limited.
IS_LIMITED = "is_limited"
# Of IPv6 the network counts: a host can take any address in it (RFC 4291 section 2.5.1).
IPV6_NETWORK_PREFIX = 64
KEY_PREFIX = "turnout"


class Limit(NamedTuple):
    """Attempts per window, good and bad ones, in words that the package limits reads."""

    by_address: str
    by_account: str


SIGN_UP = Limit(by_address="60 per hour", by_account="10 per hour")
LOG_IN = Limit(by_address="60 per minute", by_account="10 per minute")
REFRESH = Limit(by_address="300 per minute", by_account="30 per minute")
PASSWORD = Limit(by_address="60 per minute", by_account="10 per minute")


class Limits:
    """Counts the calls of the views that it limits. No other request knows of it."""

    def __init__(self, is_enabled: bool, storage_uri: str) -> None:
        self._attempts = Attempts(storage_uri) if is_enabled else None

    def limit(self, limit: Limit, account_of: Callable[..., str]) -> Callable[[View], View]:
        """Count the calls of a view; `account_of` tells from its arguments whose account it is.

        The view raises TooManyRequests where a limit is reached. Whatever it answers or raises,
        the answer tells how the nearest limit stands.
        """
        attempts = self._attempts
        by_address, by_account = map(parse, limit)

        def decorate(view: View) -> View:
            setattr(view, IS_LIMITED, True)
            if attempts is None:
                return view

            @wraps(view)
            def limited(*args: Any, **kwargs: Any) -> Any:
                # Of one length, whatever was typed, and unreadable where it is kept.
                account = sha256(account_of(*args, **kwargs).encode()).hexdigest()
                standing = attempts.count(
                    (
                        Window(by_address, (KEY_PREFIX, _address(), request.endpoint or "")),
                        Window(by_account, (KEY_PREFIX, account, request.endpoint or "")),
                    )
                )
                after_this_request(partial(_tell, standing))
                if standing.is_refused:
                    raise TooManyRequests
                return view(*args, **kwargs)

            return cast(View, limited)

        return decorate


def _tell(standing: Standing, response: Response) -> Response:
    """RateLimit headers (draft-ietf-httpapi-ratelimit-headers-06)."""
    wait_s = max(1, ceil(standing.ends_at - time.time()))
    response.headers["RateLimit-Limit"] = str(standing.limit.amount)
    response.headers["RateLimit-Remaining"] = str(standing.remaining)
    response.headers["RateLimit-Reset"] = str(wait_s)
    if standing.is_refused:
        response.headers["Retry-After"] = str(wait_s)
    return response


def _address() -> str:
    """The address to count for; of IPv6 the network."""
    address = parsed_address(request.remote_addr or "")
    if isinstance(address, IPv6Address):
        return str(ip_network((address, IPV6_NETWORK_PREFIX), strict=False))
    return str(address)
