"""The client's address and scheme behind trusted proxies."""

import re
from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from flask import Flask

Network: TypeAlias = IPv4Network | IPv6Network

SCHEMES = ("http", "https")
# An address of RFC 7239 section 6 with an optional port and quotes. IPv6 can be without brackets,
# and can have a zone, which is ignored. `unknown` and obfuscated identifiers do not match.
NODE = re.compile(
    r'(?P<quote>"?)'
    r"(?:(?P<ipv4>[0-9.]+)|\[(?P<ipv6>[0-9a-f:.]+)(?:%[^\]\s]*)?\])(?::(?:[0-9]{1,5}|_[\w.-]+))?"
    r"(?P=quote)"
    r'|(?P<bare>[0-9a-f:.]+)(?:%[^"\s]*)?',
    re.ASCII | re.IGNORECASE,
)


def trust_proxies(app: "Flask", trusted: Sequence[Network]) -> None:
    """Take the client's address from the part of X-Forwarded-For that trusted proxies wrote.

    The scheme, which links need, comes from X-Forwarded-Proto of the nearest proxy.
    """
    wsgi_app = app.wsgi_app

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        peer = environ.get("REMOTE_ADDR", "")
        named = environ.get("HTTP_X_FORWARDED_FOR", "").split(",")
        environ["REMOTE_ADDR"] = client_address(peer, named, trusted)
        if _is_of(parsed_address(peer), trusted):
            # In a list, each proxy appends its value.
            scheme = environ.get("HTTP_X_FORWARDED_PROTO", "").rpartition(",")[2].strip().lower()
            if scheme in SCHEMES:
                environ["wsgi.url_scheme"] = scheme
        return wsgi_app(environ, start_response)

    app.wsgi_app = serve  # type: ignore[method-assign]


def client_address(peer: str, named: Sequence[str], trusted: Sequence[Network]) -> str:
    """The last address that is not a trusted proxy; each proxy appends the address of its peer.

    Anything before that address can be forged. The search stops at anything that is not an address.
    Empty if the peer has no address.
    """
    client = parsed_address(peer)
    for name in reversed(named):
        forwarded = parsed_address(name)
        if not _is_of(client, trusted) or forwarded is None:
            break
        client = forwarded
    return str(client or "")


def parsed_address(text: str) -> IPv4Address | IPv6Address | None:
    """The address of a node, or None. IPv4-mapped IPv6 addresses become IPv4."""
    node = NODE.fullmatch(text.strip())
    if node is None:
        return None
    try:
        address = ip_address(node["ipv4"] or node["ipv6"] or node["bare"])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _is_of(address: IPv4Address | IPv6Address | None, networks: Sequence[Network]) -> bool:
    return address is not None and any(address in network for network in networks)
