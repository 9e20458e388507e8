"""The application for a WSGI server: `gunicorn "entrypoints.wsgi:create_app()"`.

The port of the metrics and the sender of traces are entrypoints/server/gunicorn_conf.py's.
"""

from flask import Flask
from flask.typing import ResponseReturnValue
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import BadRequest

from entrypoints.container import Container
from entrypoints.settings import read_metrics_settings, read_settings, read_tracing_settings
from entrypoints.telemetry.logs import configure_logs


def create_app() -> Flask:
    """Raises SettingsError."""
    configure_logs()  # does nothing again where the server did it
    container = Container(settings=read_settings())
    if read_metrics_settings():
        from entrypoints.telemetry.measuring import measure

        measure(container)
    if read_tracing_settings():
        from entrypoints.telemetry.tracing import trace

        trace(container)
    app: Flask = container.app()

    def malformed_body(_: ParseException) -> ResponseReturnValue:
        """gunicorn reads chunks when the application asks for the body."""
        return app.handle_http_exception(BadRequest("The chunks of the body are malformed."))

    app.register_error_handler(ParseException, malformed_body)
    return app
