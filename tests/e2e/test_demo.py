"""The demo and the README's curl commands work against the service."""

import re
import shutil
import subprocess

import pytest

from tests.processes import run_cli

needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")


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
    """The curl commands of the README, for this service."""
    script = commands(root / "README.md", "A walk with curl")
    return re.sub(r"^API=.*", f"API={service_url}", script)


def output_of(script):
    result = subprocess.run(["bash", "-ec", script], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert '"code"' not in result.stdout
    return result.stdout


@needs_curl
def test_the_curl_commands_of_the_readme_work(walk):
    output = output_of(walk)

    assert output.count("204\n") == 2
    assert output.count('"title":"Tea for one"') == 3
    assert '"cancellation_reason":"No tea left."' in output


@needs_curl
def test_the_curl_commands_of_the_api_guide_continue_those_of_the_readme(root, walk):
    output = output_of(walk + commands(root / "docs" / "api.md", "The life of an event"))

    assert "\npublished\nIt will rain.\n" in output
    assert '{"position":1,' in output
    assert output.endswith("\nTrue\n")
