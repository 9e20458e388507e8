"""nginx in front of the service."""

import shutil

import pytest

from tests.postgres import a_database
from tests.processes import running_cli
from tests.proxy.nginx import a_proxy
from tests.proxy.stub_service import a_stub_service, an_unresponsive_service


@pytest.fixture(scope="session", autouse=True)
def _nginx():
    if shutil.which("nginx") is None:
        pytest.exit("These tests need nginx: apt install nginx", returncode=1)


@pytest.fixture(scope="session")
def service_log(tmp_path_factory):
    return tmp_path_factory.mktemp("service") / "log"


@pytest.fixture(scope="session")
def service(postgres, pytestconfig, service_log):
    """The base URL of the service behind nginx."""
    with a_database(postgres, migrated=False) as url, service_log.open("w") as stderr:
        settings = {
            "DATABASE_URL": url.render_as_string(hide_password=False),
            "JWT_SECRET_KEY": "k" * 32,
            "TRUSTED_PROXIES": "127.0.0.1",
        }
        root = pytestconfig.rootpath
        with running_cli(root, "serve", "--migrate", stderr=stderr, **settings) as (_, base_url):
            yield base_url


@pytest.fixture(scope="session")
def proxy(service, tmp_path_factory):
    with a_proxy(tmp_path_factory.mktemp("proxy") / "nginx", service) as proxy:
        yield proxy


@pytest.fixture
def unresponsive_service():
    with an_unresponsive_service() as base_url:
        yield base_url


@pytest.fixture
def stub_service():
    with a_stub_service() as service:
        yield service


@pytest.fixture
def two_services_that_close_connections():
    with a_stub_service(closes=True) as one, a_stub_service(closes=True) as other:
        yield one, other
