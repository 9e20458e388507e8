"""The application for a WSGI server: `gunicorn "entrypoints.wsgi:create_app()"`."""

from flask import Flask

from entrypoints.container import Container
from entrypoints.settings import read_settings


def create_app() -> Flask:
    """Raises SettingsError."""
    app: Flask = Container(settings=read_settings()).app()
    return app
