"""The client's address and scheme behind trusted proxies."""

from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from flask import Flask

Network: TypeAlias = IPv4Network | IPv6Network

SCHEMES = ("http", "https")


def trust_proxies(app: "Flask", trusted: Sequence[Network]) -> None:
    """Take the client's address from the part of X-Forwarded-For that trusted proxies wrote.

    The scheme, which links need, comes from X-Forwarded-Proto of the nearest proxy.
    """
    if not trusted:
        return
    wsgi_app = app.wsgi_app

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        named = environ.get("HTTP_X_FORWARDED_FOR", "").split(",")
        peer = environ.get("REMOTE_ADDR", "")
        environ["REMOTE_ADDR"] = client_address(peer, named, trusted)
        scheme = environ.get("HTTP_X_FORWARDED_PROTO")
        if scheme in SCHEMES and _is_of(peer, trusted):
            environ["wsgi.url_scheme"] = scheme
        return wsgi_app(environ, start_response)

    app.wsgi_app = serve  # type: ignore[method-assign]


def client_address(peer: str, named: Sequence[str], trusted: Sequence[Network]) -> str:
    """The last address that is not a trusted proxy; each proxy appends the address of its peer.

    Anything before that address can be forged.
    """
    client = peer
    for name in reversed(named):
        if not _is_of(client, trusted) or parsed_address(name.strip()) is None:
            break
        client = name.strip()
    return client


def parsed_address(text: str) -> IPv4Address | IPv6Address | None:
    """The address, or None. IPv4-mapped IPv6 addresses become IPv4."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _is_of(text: str, networks: Sequence[Network]) -> bool:
    address = parsed_address(text)
    return address is not None and any(address in network for network in networks)
