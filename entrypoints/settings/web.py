"""How the service listens, and how long connections and processes may take."""

from dataclasses import dataclass

from environs import validate

from entrypoints.settings.environment import PORT_MAX, read, read_seconds


@dataclass(frozen=True)
class ServerSettings:
    """How the service listens, and in how many processes and threads."""

    host: str
    port: int
    web_workers: int
    web_threads: int

    @property
    def address(self) -> str:
        """As it stands in a URL."""
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
    """Seconds, at most."""

    keepalive: int = 5  # that a connection is kept without a request
    process: int = 30  # that a process does not report; then it is killed and replaced
    graceful: int = 25  # that a process which is told to stop finishes what it has begun


def read_web_timeouts() -> WebTimeouts:
    """Raises SettingsError."""
    usual = WebTimeouts()
    return WebTimeouts(
        keepalive=read_seconds("WEB_KEEPALIVE", usual.keepalive, least=1),
        process=read_seconds("WEB_TIMEOUT", usual.process, least=1),
        graceful=read_seconds("WEB_GRACEFUL_TIMEOUT", usual.graceful, least=1),
    )
