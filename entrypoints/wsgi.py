"""The application for a WSGI server: `gunicorn "entrypoints.wsgi:create_app()"`."""

from flask import Flask

from entrypoints.container import Container
from entrypoints.logs import configure_logs
from entrypoints.settings import read_settings


def create_app() -> Flask:
    """Raises SettingsError."""
    configure_logs()  # does nothing again where the server did it
    app: Flask = Container(settings=read_settings()).app()
    return app
