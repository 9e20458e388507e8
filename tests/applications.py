"""The application in this process, where tests can change its time and replace its parts."""

from contextlib import contextmanager
from threading import Thread
from typing import Any

from werkzeug.serving import make_server

from adapters.security.argon2 import Argon2Parameters
from entrypoints.container import Container
from entrypoints.settings import Settings, read_database_type

KEY = "a signing key that only the tests use"
# The cheapest parameters that the settings allow: the tests sign up and log in often.
ARGON2 = Argon2Parameters(memory_kib=7 * 1024, passes=1, lanes=1)


@contextmanager
def a_container(database_url, **settings):
    values: dict[str, Any] = {
        "jwt_secret_key": KEY,
        "argon2": ARGON2,
        "database_type": read_database_type(),
        **settings,
    }
    container = Container(settings=Settings(database_url=database_url, **values))
    yield container
    container.engine().dispose()


@contextmanager
def an_app(database_url, **settings):
    with a_container(database_url, **settings) as container:
        yield container.app()


@contextmanager
def live_server(app):
    """Serve the app over HTTP; yields its base URL."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()
