"""The application behind a real HTTP server in this process, so that time can be moved for it."""

from threading import Thread

import httpx
import pytest
import structlog
from werkzeug.serving import make_server

from adapters.security.argon2_hasher import Argon2Parameters
from entrypoints.container import Container
from entrypoints.settings import Settings
from tests.e2e.client import Visitor
from tests.e2e.conformance import Document
from tests.e2e.processes import started
from tests.postgres import a_database

KEY = "a key of the tests, and of them alone"
# As cheap as the settings allow: most requests of the tests are sign-ups and logins.
ARGON2 = Argon2Parameters(memory_kib=7 * 1024, passes=1, lanes=1)


@pytest.fixture(scope="session")
def container(database):
    container = Container(
        settings=Settings(
            database_url=database,
            jwt_secret_key=KEY,
            argon2=ARGON2,
            database_pool_size=24,
            ratelimit_enabled=False,
        )
    )
    yield container
    container.engine().dispose()


@pytest.fixture(scope="session")
def app(container):
    return container.app()


@pytest.fixture(scope="session")
def base_url(app):
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())  # lines that nobody reads
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def document(base_url):
    return Document(httpx.get(f"{base_url}/api/schema/").json())


@pytest.fixture
def visitor(base_url, document, empty_database):
    return Visitor(base_url, document)


@pytest.fixture
def ada(visitor):
    return visitor.joins("ada")


@pytest.fixture
def grace(visitor):
    return visitor.joins("grace")


@pytest.fixture(scope="session")
def root(pytestconfig):
    return pytestconfig.rootpath


@pytest.fixture(scope="session")
def served(postgres, root):
    """The base address of the service as it ships, on a database of its own."""
    with a_database(postgres, migrated=False) as url:
        settings = {
            "DATABASE_URL": url.render_as_string(hide_password=False),
            "JWT_SECRET_KEY": "k" * 32,
            "RATELIMIT_ENABLED": "false",
        }
        with started(root, "serve", "--migrate", **settings) as (_, base_url):
            yield base_url
