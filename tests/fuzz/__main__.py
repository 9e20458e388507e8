"""Fuzz the service at full size: `make fuzz`."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.fuzz.running import ROOT, a_service, fuzz
from tests.postgres import a_server

MIN_CASES = 10_000
EXAMPLES = "500"
# The stateful phase stops when a replayed sequence behaves differently because the data has
# changed. With a time limit, it continues with other sequences.
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
    sys.exit("See the failures above and the service's log in fuzz.log.")
cases = sum(result["test_cases"]["generated"] for _, result in runs)
sys.exit(None if cases >= MIN_CASES else f"Only {cases} cases: raise EXAMPLES.")
