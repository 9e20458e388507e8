"""What was seen of the servers, as tables and as JSON."""

import json
import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from rich.table import Table

from tests.bench.servers.candidates import AS_IT_SHIPS
from tests.bench.servers.visit import Visit, median, ratio

Visits = Mapping[str, Sequence[Visit]]
MIB = 1024 * 1024


def load_table(seen: Visits, scenario: str) -> Table:
    made = _table(scenario, "per second", "p50, ms", "p99, ms", "to what ships")
    for name, visits in seen.items():
        made.add_row(
            name,
            f"{median(visits, lambda each: each.turns[scenario].per_second):.0f}",
            f"{median(visits, lambda each: each.turns[scenario].p50_ms):.1f}",
            f"{median(visits, lambda each: each.turns[scenario].p99_ms):.1f}",
            f"{ratio(visits, seen[AS_IT_SHIPS.name], scenario):.2f}",
        )
    return made


def process_table(seen: Visits) -> Table:
    made = _table("processes", "a worker, MiB", "all, MiB", "first answer, s")
    for name, visits in seen.items():
        made.add_row(
            name,
            f"{median(visits, lambda each: statistics.median(each.memory.workers)) / MIB:.0f}",
            f"{median(visits, lambda each: each.memory.tree) / MIB:.0f}",
            f"{median(visits, lambda each: each.start_s):.2f}",
        )
    return made


def _table(first: str, *figures: str) -> Table:
    made = Table(first)
    for figure in figures:
        made.add_column(figure, justify="right")
    return made


def write_json(seen: Visits, scale: int, path: str) -> None:
    told = {
        "scale": scale,
        "machine": {"processors": os.cpu_count(), "python": platform.python_version()},
        "versions": {name: version(name) for name in ("gunicorn", "granian")},
        "servers": {name: [asdict(each) for each in visits] for name, visits in seen.items()},
    }
    Path(path).write_text(json.dumps(told, indent=2) + "\n")
