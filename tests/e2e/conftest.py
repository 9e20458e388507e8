"""The application behind an HTTP server in this process, so that tests can change its time."""

import httpx
import pytest

from tests.applications import a_container, live_server
from tests.e2e.client import Visitor
from tests.e2e.conformance import Document
from tests.e2e.mailbox import Mailbox
from tests.postgres import a_database
from tests.processes import running_cli


@pytest.fixture(scope="session")
def container(database):
    settings = {"database_pool_size": 24, "ratelimit_enabled": False, "is_mailing": True}
    with a_container(database, **settings) as container:
        yield container


@pytest.fixture(scope="session")
def app(container):
    return container.app()


@pytest.fixture(scope="session")
def base_url(app):
    with live_server(app) as base_url:
        yield base_url


@pytest.fixture(scope="session")
def document(base_url):
    return Document(httpx.get(f"{base_url}/api/schema/").json())


@pytest.fixture
def visitor(base_url, document, empty_database):
    return Visitor(base_url, document)


@pytest.fixture
def ada(visitor):
    return visitor.new_member("ada")


@pytest.fixture
def grace(visitor):
    return visitor.new_member("grace")


@pytest.fixture
def mailbox(container):
    return Mailbox(container)


@pytest.fixture(scope="session")
def root(pytestconfig):
    return pytestconfig.rootpath


@pytest.fixture(scope="session")
def service_url(postgres, root):
    """The base URL of the service as a separate process, on its own database."""
    with a_database(postgres, migrated=False) as url:
        settings = {
            "DATABASE_URL": url.render_as_string(hide_password=False),
            "JWT_SECRET_KEY": "k" * 32,
            "RATELIMIT_ENABLED": "false",
        }
        with running_cli(root, "serve", "--migrate", **settings) as (_, base_url):
            yield base_url
