"""Absolute URLs of the service."""

from typing import Any

from flask import current_app, request, url_for


def base_url() -> str:
    """PUBLIC_URL, or the scheme and host of the request; without a trailing slash."""
    return current_app.config.get("PUBLIC_URL") or f"{request.scheme}://{request.host}"


def absolute_url_for(endpoint: str, **values: Any) -> str:
    """The absolute URL of an endpoint."""
    return base_url() + url_for(endpoint, **values)
