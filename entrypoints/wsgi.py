"""The application for a WSGI server: `gunicorn "entrypoints.wsgi:create_app()"`."""

from flask import Flask

from entrypoints.container import Container
from entrypoints.logs import configure_logs
from entrypoints.settings import read_metrics_settings, read_settings, read_tracing_settings


def create_app() -> Flask:
    """Raises SettingsError."""
    configure_logs()  # does nothing again where the server did it
    container = Container(settings=read_settings())
    if read_metrics_settings():
        from entrypoints.measuring import measure

        measure(container)
    if read_tracing_settings():
        from entrypoints.tracing import trace

        trace(container)
    app: Flask = container.app()
    return app
