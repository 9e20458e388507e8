"""Settings of the HTTP server."""

from dataclasses import dataclass

from environs import validate

from entrypoints.settings.environment import PORT_MAX, read, read_seconds


@dataclass(frozen=True)
class ServerSettings:
    host: str
    port: int
    web_workers: int
    web_threads: int

    @property
    def address(self) -> str:
        """Host and port, as in a URL."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def read_server_settings() -> ServerSettings:
    """Raises SettingsError."""
    return ServerSettings(
        host=read("HOST", "str", default="127.0.0.1", validate=validate.Length(min=1)),
        port=read("PORT", "int", default=8000, validate=validate.Range(1, PORT_MAX)),
        web_workers=read("WEB_WORKERS", "int", default=2, validate=validate.Range(1, 64)),
        web_threads=read_web_threads(),
    )


def read_web_threads() -> int:
    """Raises SettingsError."""
    threads: int = read("WEB_THREADS", "int", default=4, validate=validate.Range(1, 256))
    return threads


@dataclass(frozen=True)
class WebTimeouts:
    """In seconds."""

    keepalive: int = 5  # a connection without requests is closed after this
    process: int = 30  # an unresponsive worker is killed and replaced after this
    graceful: int = 25  # a stopping worker has this long to finish its requests


def read_web_timeouts() -> WebTimeouts:
    """Raises SettingsError."""
    defaults = WebTimeouts()
    return WebTimeouts(
        keepalive=read_seconds("WEB_KEEPALIVE", defaults.keepalive, minimum=1),
        process=read_seconds("WEB_TIMEOUT", defaults.process, minimum=1),
        graceful=read_seconds("WEB_GRACEFUL_TIMEOUT", defaults.graceful, minimum=1),
    )
