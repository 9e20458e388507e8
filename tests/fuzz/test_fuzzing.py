"""A small run of `make fuzz`."""

import pytest

from tests.fuzz.running import PHASES, a_service, fuzz


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz") / "service.log"


@pytest.fixture(scope="module")
def service(postgres, log):
    with log.open("w") as stderr, a_service(postgres, stderr) as base_url:
        yield base_url


def test_every_schemathesis_check_passes(service, log, tmp_path):
    report = tmp_path / "report.json"
    run, result = fuzz(service, report, "--max-examples", "2", capture_output=True, text=True)

    output = f"{run.stdout}\n{run.stderr}\nThe service logged:\n{log.read_text()[-20000:]}"
    assert run.returncode == 0, output
    for phase in PHASES.split(","):
        assert result["phases"][phase]["status"] == "success", output
    assert result["test_cases"]["generated"] > 50, output
