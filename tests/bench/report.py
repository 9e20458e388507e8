"""What was seen, as a table, as JSON and as a chart."""

import json
import os
import platform
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pygal
from pygal.style import CleanStyle
from rich.table import Table

from tests.bench.load import Turn
from tests.bench.scenarios import Scenario

MOST_P99_RATIO = 2


@dataclass(frozen=True)
class Result:
    """The turns of a scenario; the n-th of both came one after the other."""

    scenario: Scenario
    service: Sequence[Turn]
    floor: Sequence[Turn]

    @property
    def ratio(self) -> float:
        """Of requests per second to the floor's: the median of the pairs of turns."""
        pairs = zip(self.service, self.floor, strict=True)
        return statistics.median(ours.per_second / floor.per_second for ours, floor in pairs)

    @property
    def p99_ratio(self) -> float:
        return median(self.service, "p99_ms") / median(self.floor, "p99_ms")


def median(turns: Sequence[Turn], name: str) -> float:
    return statistics.median(getattr(turn, name) for turn in turns)


def load_table(results: Sequence[Result]) -> Table:
    made = Table("", "per second", "p50, ms", "p99, ms", "floor: per second", "p50", "p99")
    made.add_column("ratio", justify="right")
    made.add_column("target", justify="right")
    made.add_column("p99 ratio", justify="right")
    for result in results:
        figures = [
            f"{median(turns, name):.{digits}f}"
            for turns in (result.service, result.floor)
            for name, digits in (("per_second", 0), ("p50_ms", 1), ("p99_ms", 1))
        ]
        target = result.scenario.least_ratio
        style = "green" if result.ratio >= target else "red"
        made.add_row(
            result.scenario.name,
            *figures,
            f"[{style}]{result.ratio:.2f}[/]",
            f"{target:.2f}",
            "" if result.scenario.is_hashing else f"{result.p99_ratio:.1f}",
        )
    return made


def processor_table(results: Sequence[Result]) -> Table:
    made = Table("processor time of a request, µs")
    for title in ("service", "its database", "floor", "its database", "ratio"):
        made.add_column(title, justify="right")
    for result in results:
        if not result.scenario.is_hashing:
            figures = [
                median(turns, name)
                for turns in (result.service, result.floor)
                for name in ("service_us", "database_us")
            ]
            ratio = sum(figures[2:]) / sum(figures[:2])
            made.add_row(result.scenario.name, *map("{:.0f}".format, figures), f"{ratio:.2f}")
    return made


def misses(results: Sequence[Result]) -> Iterator[str]:
    """The targets that were not met, each in a line."""
    for result in results:
        name, least = result.scenario.name, result.scenario.least_ratio
        if result.ratio < least:
            yield f"Missed: {name}, {result.ratio:.2f} of the floor; the target is {least:.2f}."
        if not result.scenario.is_hashing and result.p99_ratio > MOST_P99_RATIO:
            seen = f"p99 {result.p99_ratio:.1f} x the floor's"
            yield f"Missed: {name}, {seen}; the most is {MOST_P99_RATIO}."


def write_json(results: Sequence[Result], scale: int, path: str) -> None:
    seen = {
        "scale": scale,
        "machine": {"processors": os.cpu_count(), "python": platform.python_version()},
        "scenarios": {
            result.scenario.name: {
                "ratio": round(result.ratio, 3),
                "target": result.scenario.least_ratio,
                "turnout": [asdict(turn) for turn in result.service],
                "floor": [asdict(turn) for turn in result.floor],
            }
            for result in results
        },
    }
    Path(path).write_text(json.dumps(seen, indent=2) + "\n")


def chart(results: Sequence[Result], path: str) -> None:
    bars = pygal.HorizontalBar(
        style=CleanStyle,
        js=[],  # nothing is loaded from elsewhere
        disable_xml_declaration=True,
        title="Requests per second, as a part of the floor's",
        range=(0, 1),
        show_legend=False,
        print_values=True,
        height=80 + 40 * len(results),
        formatter=lambda ratio: f"{ratio:.2f}",
    )
    bars.x_labels = [result.scenario.name for result in reversed(results)]
    bars.add("Turnout", [round(result.ratio, 2) for result in reversed(results)])
    Path(path).write_text(bars.render() + "\n")
