"""The application for a WSGI server: `gunicorn "entrypoints.wsgi:create_app()"`."""

import logging

from flask import Flask

from entrypoints.container import Container
from entrypoints.settings import read_settings

LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


def create_app() -> Flask:
    """Raises SettingsError."""
    logging.basicConfig(format=LOG_FORMAT)
    logging.getLogger("turnout").setLevel(logging.INFO)
    app: Flask = Container(settings=read_settings()).app()
    return app
