"""Fuzz the service at full size: `make fuzz`."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.fuzz.running import ROOT, a_service, fuzz
from tests.postgres import a_server

LEAST_CASES = 10_000
EXAMPLES = "500"
# The stateful phase ends where a chain that is tried again goes another way, because the data
# changed meanwhile: given time, it begins anew with other chains.
STATEFUL_S = "90"

with (
    a_server() as postgres,
    TemporaryDirectory() as folder,
    (ROOT / "fuzz.log").open("w") as log,
    a_service(postgres, log) as base_url,
):
    report = Path(folder) / "report.json"
    runs = [
        fuzz(base_url, report, "--max-examples", EXAMPLES),
        fuzz(base_url, report, "--max-time", STATEFUL_S, phases="stateful"),
    ]
if any(run.returncode for run, _ in runs):
    sys.exit("Failures are told above; fuzz.log is what the service logged.")
cases = sum(told["test_cases"]["generated"] for _, told in runs)
sys.exit(None if cases >= LEAST_CASES else f"Only {cases} cases: raise EXAMPLES.")
