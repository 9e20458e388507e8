"""Whose request it is, behind proxies."""

from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any, TypeAlias

from flask import Flask

Network: TypeAlias = IPv4Network | IPv6Network


def trust_proxies(app: Flask, trusted: Sequence[Network]) -> None:
    """Take the client's address from X-Forwarded-For, as far as trusted proxies wrote it."""
    wsgi_app = app.wsgi_app

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        named = environ.get("HTTP_X_FORWARDED_FOR", "").split(",")
        environ["REMOTE_ADDR"] = client_address(environ.get("REMOTE_ADDR", ""), named, trusted)
        return wsgi_app(environ, start_response)

    app.wsgi_app = serve  # type: ignore[method-assign]


def client_address(peer: str, named: Sequence[str], trusted: Sequence[Network]) -> str:
    """The last address that is no trusted proxy's; each proxy names its own peer at the end.

    What stands before that address anyone could have written.
    """
    client = peer
    for name in reversed(named):
        if not _is_of(client, trusted) or not _is_address(name.strip()):
            break
        client = name.strip()
    return client


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_of(text: str, networks: Sequence[Network]) -> bool:
    return _is_address(text) and any(ip_address(text) in network for network in networks)
