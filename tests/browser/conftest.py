"""Headless Chromium and the service."""

import shutil
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser.page_monitor import PageMonitor
from tests.browser.screenshots import Screenshots
from tests.browser.swagger_ui import SwaggerUi
from tests.postgres import a_database
from tests.processes import running_cli

VIEWPORT = {"width": 1024, "height": 900}
TIMEOUT_MS = 30_000
FLAGS = (
    "--no-sandbox",  # not available to root and in most containers; it only opens our page
    "--disable-gpu",
    "--disable-dev-shm-usage",
    # No traffic of Chromium's own.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    # No host name resolves.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


def pytest_addoption(parser):
    parser.addoption(
        "--screenshots", type=Path, metavar="DIR", help="save the screenshots in this directory"
    )


@pytest.fixture(scope="session")
def chromium():
    executable = shutil.which("chromium")
    if executable is None:
        pytest.exit("These tests need Chromium: apt install chromium", returncode=1)
    expect.set_options(timeout=TIMEOUT_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def service(chromium, postgres, pytestconfig):
    """The base URL of the service, on its own database."""
    with a_database(postgres, migrated=False) as url:
        settings = {
            "DATABASE_URL": url.render_as_string(hide_password=False),
            "JWT_SECRET_KEY": "k" * 32,
        }
        with running_cli(pytestconfig.rootpath, "serve", "--migrate", **settings) as (_, base_url):
            yield base_url


@pytest.fixture(scope="session")
def document(service):
    return httpx.get(f"{service}/api/schema/").json()


@pytest.fixture
def ui(chromium, service):
    """Swagger UI in a new browser context. Fails a test in which the page reports an error."""
    context = chromium.new_context(base_url=service, viewport=VIEWPORT)
    context.set_default_timeout(TIMEOUT_MS)
    monitor = PageMonitor(context, service)
    ui = SwaggerUi(context.new_page(), monitor)
    ui.open()
    yield ui
    context.close()
    assert monitor.external_requests == []
    assert monitor.errors == []


@pytest.fixture
def screenshots(pytestconfig, tmp_path):
    return Screenshots(pytestconfig.getoption("screenshots") or tmp_path)
