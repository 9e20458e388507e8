"""The demo and the README's curl commands work against the service."""

import re
import shutil
import subprocess

import pytest

from tests.processes import run_cli


def test_the_demo_passes(root, service_url):
    demo = run_cli(root, "demo", "--base-url", service_url)

    assert demo.returncode == 0, demo.stdout + demo.stderr
    assert "Grace is too late: 409 capacity_exhausted" in demo.stdout
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


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_the_curl_commands_of_the_readme_work(root, service_url):
    [section] = re.findall(
        r"## A walk with curl\n(.*?)\n## ", (root / "README.md").read_text(), re.DOTALL
    )
    script = "".join(re.findall(r"```sh\n(.*?)```", section, re.DOTALL))
    script = re.sub(r"^API=.*", f"API={service_url}", script)

    result = subprocess.run(["bash", "-ec", script], capture_output=True, text=True, check=False)

    assert result.returncode == 0, result.stderr
    assert result.stdout.count("204\n") == 2
    assert result.stdout.count('"title":"Tea for one"') == 2
    assert '"code"' not in result.stdout
