"""The journey of a person, and the README's, against the service as it ships."""

import re
import shutil
import subprocess

import pytest

from tests.processes import run_cli


def test_the_journey_passes_against_the_service_as_it_ships(root, served):
    journey = run_cli(root, "demo", "--base-url", served)

    assert journey.returncode == 0, journey.stdout + journey.stderr
    assert "Grace is too late: 409 capacity_exhausted" in journey.stdout
    assert "Ada reuses the old refresh token: 401 refresh_token_reused" in journey.stdout
    assert journey.stdout.endswith("The journey is complete.\n")


def test_the_journey_says_when_nobody_answers(root):
    journey = run_cli(root, "demo", "--base-url", "http://127.0.0.1:1")

    assert journey.returncode == 1
    assert journey.stderr.startswith("turnout: http://127.0.0.1:1 does not respond: ")


def test_the_journey_ends_at_the_first_response_that_is_not_expected(root, served):
    journey = run_cli(root, "demo", "--base-url", f"{served}/nowhere")

    assert journey.returncode == 1
    assert journey.stdout == "Ada signs up: 404 not_found\n"
    assert journey.stderr.startswith("turnout: POST /v1/profile/signup/ did not return 201. {")


@pytest.mark.skipif(shutil.which("curl") is None, reason="the walk needs curl")
def test_the_walk_of_the_readme_works_when_pasted(root, served):
    [walk] = re.findall(
        r"## A walk with curl\n(.*?)\n## ", (root / "README.md").read_text(), re.DOTALL
    )
    script = "".join(re.findall(r"```sh\n(.*?)```", walk, re.DOTALL))
    script = re.sub(r"^API=.*", f"API={served}", script)

    told = subprocess.run(["bash", "-ec", script], capture_output=True, text=True, check=False)

    assert told.returncode == 0, told.stderr
    assert told.stdout.count("204\n") == 2
    assert told.stdout.count('"title":"Tea for one"') == 2
    assert '"code"' not in told.stdout
