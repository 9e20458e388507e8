"""Settings of logs, metrics and traces."""

from dataclasses import dataclass

from environs import validate

from entrypoints.settings.environment import PORT_MAX, SettingsError, is_installed, read, read_url
from entrypoints.settings.web import read_server_settings

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
LOG_FORMATS = ("auto", "json", "console")
TRACING_PACKAGES = ("opentelemetry.sdk.trace", "opentelemetry.exporter.otlp.proto.http")


@dataclass(frozen=True)
class LogSettings:
    level: str
    format: str


@dataclass(frozen=True)
class MetricsSettings:
    host: str
    port: int


@dataclass(frozen=True)
class TracingSettings:
    service_name: str


def read_log_settings() -> LogSettings:
    """Raises SettingsError."""
    return LogSettings(
        level=read("LOG_LEVEL", "str", default="INFO", validate=validate.OneOf(LOG_LEVELS)),
        format=read("LOG_FORMAT", "str", default="auto", validate=validate.OneOf(LOG_FORMATS)),
    )


def read_metrics_settings() -> MetricsSettings | None:
    """None if metrics are disabled. Raises SettingsError."""
    settings = _read_metrics_settings("METRICS_PORT")
    if settings and settings.port == read_server_settings().port:
        raise SettingsError("METRICS_PORT: must not be the same as PORT.")
    return settings


def read_worker_metrics_settings() -> MetricsSettings | None:
    """None if metrics are disabled. Raises SettingsError."""
    return _read_metrics_settings("WORKER_METRICS_PORT")


def _read_metrics_settings(port_name: str) -> MetricsSettings | None:
    port = read(port_name, "int", default=None, validate=_require_port)
    if port is None:
        return None
    host = read("METRICS_HOST", "str", default="127.0.0.1", validate=validate.Length(min=1))
    return MetricsSettings(host, port)


def read_tracing_settings() -> TracingSettings | None:
    """None if tracing is disabled. Raises SettingsError."""
    name = "OTEL_EXPORTER_OTLP_ENDPOINT"
    if not read_url(name):
        return None
    if not all(map(is_installed, TRACING_PACKAGES)):
        raise SettingsError(f"{name}: needs the packages of the extra `tracing`.")
    return TracingSettings(
        service_name=read(
            "OTEL_SERVICE_NAME", "str", default="turnout", validate=validate.Length(min=1)
        )
    )


def _require_port(port: int | None) -> None:
    if port is not None:
        validate.Range(1, PORT_MAX)(port)
