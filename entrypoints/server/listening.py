"""Addresses to listen on, tried before anything is started."""

import socket
from typing import Any

from entrypoints.settings.environment import SettingsError


def resolved(setting: str, host: str, port: int) -> tuple[socket.AddressFamily, Any]:
    """The family of the host's first address, and the address. Raises SettingsError."""
    try:
        [(family, *_, address), *_] = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise SettingsError(f"{setting}: {host} is no address here.") from error
    return family, address


def require_free(prefix: str, host: str, port: int) -> None:
    """Raises SettingsError that names the settings `prefix`HOST and `prefix`PORT."""
    family, address = resolved(f"{prefix}HOST", host, port)
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            shown = f"[{host}]" if ":" in host else host
            raise SettingsError(
                f"{prefix}HOST, {prefix}PORT: {shown}:{port} can't be used ({error.strerror})."
            ) from error
