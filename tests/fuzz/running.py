"""Runs schemathesis against the service on its own database."""

import json
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from tests.postgres import a_database
from tests.processes import running_cli

ROOT = Path(__file__).parents[2]
SEED = 20260517
PHASES = "examples,coverage,fuzzing,stateful"
# Without a worker, nothing is written to MAIL_DIR.
SETTINGS = {"JWT_SECRET_KEY": "k" * 32, "RATELIMIT_ENABLED": "false", "MAIL_DIR": "mail"}


@contextmanager
def a_service(postgres, log):
    """The base URL of a new service that logs to the file."""
    with a_database(postgres, migrated=False) as url:
        settings = SETTINGS | {"DATABASE_URL": url.render_as_string(hide_password=False)}
        with running_cli(ROOT, "serve", "--migrate", stderr=log, **settings) as (_, base_url):
            yield base_url


def fuzz(base_url, report, *options, phases=PHASES, **capture):
    """Run these phases; returns the process and its report."""
    run = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli"),
            *("--config-file", "tests/fuzz/schemathesis.toml"),
            *("run", f"{base_url}/api/schema/"),
            *("--phases", phases, "--seed", str(SEED), "--no-color"),
            *("--report", "json", "--report-json-path", str(report)),
            *options,
        ],
        cwd=ROOT,
        check=False,
        **capture,
    )
    return run, json.loads(report.read_text()) if report.exists() else None
