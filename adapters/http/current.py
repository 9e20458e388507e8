"""The request that is being answered."""

from typing import cast

from flask import Request, request


def current_request() -> Request:
    """Flask's request without its proxy, which adds 0.7 µs to each attribute that is asked for."""
    return cast(Request, request._get_current_object())  # type: ignore[attr-defined]
