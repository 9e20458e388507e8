"""nginx, and behind it the service as it ships."""

import shutil

import pytest

from tests.postgres import a_database
from tests.processes import started
from tests.proxy.nginx import a_proxy
from tests.proxy.stub_service import listening, silent


@pytest.fixture(scope="session", autouse=True)
def _nginx():
    if shutil.which("nginx") is None:
        pytest.exit("These tests need nginx: apt install nginx", returncode=1)


@pytest.fixture(scope="session")
def service_log(tmp_path_factory):
    return tmp_path_factory.mktemp("service") / "log"


@pytest.fixture(scope="session")
def service(postgres, pytestconfig, service_log):
    """The base address of the service itself."""
    with a_database(postgres, migrated=False) as url, service_log.open("w") as stderr:
        settings = {
            "DATABASE_URL": url.render_as_string(hide_password=False),
            "JWT_SECRET_KEY": "k" * 32,
            "TRUSTED_PROXIES": "127.0.0.1",
        }
        root = pytestconfig.rootpath
        with started(root, "serve", "--migrate", stderr=stderr, **settings) as (_, base_url):
            yield base_url


@pytest.fixture(scope="session")
def proxy(service, tmp_path_factory):
    with a_proxy(tmp_path_factory.mktemp("proxy") / "nginx", service) as proxy:
        yield proxy


@pytest.fixture
def a_silent_service():
    with silent() as base_url:
        yield base_url


@pytest.fixture
def a_listening_service():
    with listening() as service:
        yield service


@pytest.fixture
def two_services_that_break_off():
    with listening(is_breaking_off=True) as one, listening(is_breaking_off=True) as other:
        yield one, other
