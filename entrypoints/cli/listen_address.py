"""Check the listen addresses before starting anything."""

import socket

from entrypoints.settings.environment import SettingsError


def require_free(host: str, port: int, host_name: str, port_name: str) -> None:
    """Raises SettingsError, naming the settings."""
    try:
        [(family, *_, address), *_] = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise SettingsError(f"{host_name}: {host} is not an address of this machine.") from error
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            shown = f"[{host}]" if ":" in host else host
            raise SettingsError(
                f"{host_name}, {port_name}: {shown}:{port} can't be used ({error.strerror})."
            ) from error
