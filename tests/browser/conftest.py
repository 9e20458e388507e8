"""Headless Chromium, and the service as it ships for it to look at."""

import shutil
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser.page_monitor import Watch
from tests.browser.screenshots import Pictures
from tests.browser.swagger_ui import SwaggerUi
from tests.postgres import a_database
from tests.processes import started

VIEWPORT = {"width": 1024, "height": 900}
PATIENCE_MS = 30_000
FLAGS = (
    "--no-sandbox",  # which neither root nor most containers can have; it sees our page alone
    "--disable-gpu",
    "--disable-dev-shm-usage",
    # Nothing that Chromium does for itself.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    # No name leads anywhere, whoever asks.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


def pytest_addoption(parser):
    parser.addoption(
        "--screenshots", type=Path, metavar="DIR", help="keep the pictures of the pages here"
    )


@pytest.fixture(scope="session")
def chromium():
    executable = shutil.which("chromium")
    if executable is None:
        pytest.exit("These tests need Chromium: apt install chromium", returncode=1)
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def service(chromium, postgres, pytestconfig):
    """The base address of the service, on a database of its own."""
    with a_database(postgres, migrated=False) as url:
        settings = {
            "DATABASE_URL": url.render_as_string(hide_password=False),
            "JWT_SECRET_KEY": "k" * 32,
        }
        with started(pytestconfig.rootpath, "serve", "--migrate", **settings) as (_, base_url):
            yield base_url


@pytest.fixture(scope="session")
def document(service):
    return httpx.get(f"{service}/api/schema/").json()


@pytest.fixture
def ui(chromium, service):
    """Swagger UI, just opened by someone new. Fails a test in which the page misbehaved."""
    context = chromium.new_context(base_url=service, viewport=VIEWPORT)
    context.set_default_timeout(PATIENCE_MS)
    watch = Watch(context, service)
    ui = SwaggerUi(context.new_page())
    ui.open()
    yield ui
    context.close()
    assert watch.strays == []
    assert watch.complaints == []


@pytest.fixture
def pictures(pytestconfig, tmp_path):
    return Pictures(pytestconfig.getoption("screenshots") or tmp_path)
