"""Ask an advisory service about all that is locked: `make audit`.

Ends with 1 where a vulnerability is known, with 2 where not all could be asked about.
"""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import click

# The other locks are parts of this one.
LOCK = Path(__file__).parents[2] / "requirements" / "dev.txt"
KNOWN_VULNERABILITY = 1
NOTHING_PROVEN = 2


def audit(options, table):
    """Run pip-audit, which writes the table only where it knows of a vulnerability."""
    return subprocess.run(
        [
            *(sys.executable, "-m", "pip_audit", "--requirement", LOCK, "--output", table),
            "--disable-pip",  # the lock is complete, and has hashes
            "--strict",  # or what the service does not know would pass
            *("--progress-spinner", "off", *options),
        ],
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )


def main(options):
    with TemporaryDirectory() as folder:
        table = Path(folder) / "table"
        run = audit(options, table)
        *_, summary = run.stderr.splitlines() or [f"pip-audit ended with {run.returncode}."]
        if run.returncode == 0:
            click.echo(summary)
            return 0
        if table.exists():
            click.echo(table.read_text() + summary)
            return KNOWN_VULNERABILITY
    click.echo(f"Nothing is proven: {summary.removeprefix('ERROR:pip_audit._cli:')}", err=True)
    return NOTHING_PROVEN


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
