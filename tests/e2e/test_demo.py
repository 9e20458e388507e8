"""The demo and the README's curl commands work against the service."""

import re
import shutil
import subprocess
import sys

import pytest

from tests.postgres import a_database
from tests.processes import free_port, run_cli, running_cli

needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
# The receiver runs in the background: keep it for some time, then end it, whatever happens.
SCRIPT = """
trap 'kill $(jobs -p) 2>/dev/null' EXIT
{}
echo "The script is complete."
sleep 60 & wait $!
"""


@pytest.fixture(scope="module")
def url(request, is_citus):
    """A database that need not be migrated."""
    if is_citus:
        yield request.getfixturevalue("citus_database")
    else:
        with a_database(request.getfixturevalue("postgres"), migrated=False) as url:
            yield url


@pytest.fixture(scope="module")
def service_url(url, root, tmp_path_factory):
    """The base URL of `make run`, which the README starts."""
    settings = {
        "DATABASE_URL": url.render_as_string(hide_password=False),
        "DATA_DIR": str(tmp_path_factory.mktemp("data")),
        "RATELIMIT_ENABLED": "false",
    }
    with running_cli(root, "run", **settings) as (_, base_url):
        yield base_url


def test_the_demo_passes(root, service_url):
    demo = run_cli(root, "demo", "--base-url", service_url)

    assert demo.returncode == 0, demo.stdout + demo.stderr
    assert "Grace is too late: 409 capacity_exhausted" in demo.stdout
    assert "Grace joins the waitlist: 201" in demo.stdout
    assert "Ada can no longer attend: 409 event_cancelled" in demo.stdout
    assert "Ada sends the old refresh token again: 401 refresh_token_superseded" in demo.stdout
    assert "Ada reuses her first refresh token: 401 refresh_token_reused" in demo.stdout
    assert demo.stdout.endswith("The journey is complete.\n")


def test_the_demo_reports_an_unreachable_service(root):
    demo = run_cli(root, "demo", "--base-url", "http://127.0.0.1:1")

    assert demo.returncode == 1
    assert demo.stderr.startswith("turnout: http://127.0.0.1:1 does not respond: ")


def test_the_demo_stops_at_the_first_unexpected_response(root, service_url):
    demo = run_cli(root, "demo", "--base-url", f"{service_url}/nowhere")

    assert demo.returncode == 1
    assert demo.stdout == "Ada signs up: 404 not_found\n"
    assert demo.stderr.startswith("turnout: POST /v1/profile/signup/ did not return 201. {")


def commands(page, heading):
    """The shell commands of a section."""
    [section] = re.findall(rf"## {heading}\n(.*?)\n## ", page.read_text(), re.DOTALL)
    return "".join(re.findall(r"```sh\n(.*?)```", section, re.DOTALL))


@pytest.fixture
def walk(root, service_url):
    """The commands of the README, for this service and a free port."""
    script = commands(root / "README.md", "A walk with curl")
    port = free_port()
    for text, replacement in (
        ("http://127.0.0.1:8000", service_url),
        ("http://127.0.0.1:9000", f"http://127.0.0.1:{port}"),
        (".venv/bin/python docs", f"'{sys.executable}' '{root}/docs"),
        ("webhook_receiver.py ", "webhook_receiver.py' "),
        ("| field secret) &", f"| field secret) {port} &"),
    ):
        assert script.count(text) == 1
        script = script.replace(text, replacement)
    return script


def output_of(script, *messages):
    """Until the script is complete and messages of these types have arrived."""
    awaited = ["The script is complete.", *(f" {message} " for message in messages)]
    with subprocess.Popen(
        ["bash", "-ec", SCRIPT.format(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as shell:
        output = ""
        while not all(text in output for text in awaited):
            line = shell.stdout.readline()
            assert line, output + shell.stderr.read()
            output += line
        shell.terminate()
    assert '"code"' not in output
    assert "Rejected" not in output
    return output


@needs_curl
def test_the_curl_commands_of_the_readme_work(walk):
    output = output_of(walk, "event.cancelled")

    assert output.count("204\n") == 2
    assert output.count('"title":"Tea for one"') == 3
    assert '"cancellation_reason":"No tea left."' in output


@needs_curl
def test_the_curl_commands_of_the_guides_continue_those_of_the_readme(root, walk):
    events = commands(root / "docs" / "api.md", "The life of an event")
    webhooks = commands(root / "docs" / "webhooks.md", "Testing and debugging")

    output = output_of(walk + events + webhooks, "attendance.promoted", "webhook.test")

    lines = output.splitlines()  # messages may be between them
    assert lines.index("published") < lines.index("It will rain.") < lines.index("True")
    assert '{"position":1,' in output
    assert '"attempts":0' in output
