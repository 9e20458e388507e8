"""The service with a response that exceeds the socket buffers."""

from flask import Flask

from entrypoints import wsgi

BYTES = 8 * 1024 * 1024


def create_app() -> Flask:
    app = wsgi.create_app()
    app.add_url_rule("/megabytes/", view_func=lambda: b" " * BYTES)
    return app
