"""The results as Markdown."""

from collections.abc import Iterator, Sequence

from rich.table import Table

from tests.bench.dataset import SEATS_OF_AN_EVENT, Dataset
from tests.bench.load import CONNECTIONS, has_wrk
from tests.bench.turns import Result
from tests.generated import provenance, table

HIGHEST_P99_RATIO = 2


def introduction(data: Dataset) -> Iterator[str]:
    yield "# Benchmarks"
    yield (
        "`make bench` writes this page; [performance](performance.md) explains it. "
        "Machines differ, and one machine\nfrom hour to hour: compare ratios."
    )
    yield provenance("tests.bench", data.engine) + (
        f"\n- Data: {data.user_count:,} people, {data.events:,} events, "
        f"{data.events * SEATS_OF_AN_EVENT:,} seats"
    )


def load_section(results: Sequence[Result], turns: int, seconds: int) -> Iterator[str | Table]:
    yield "## Beside the floor"
    yield (
        f"{'wrk' if has_wrk() else 'Python'} sends requests over {CONNECTIONS} connections, on the "
        f"same machine: medians of {turns} turns of {seconds} s.\n"
        "Ratios are medians of the ratios of each pair of turns, with their range. "
        "Logins are compared\nwith Argon2 in a loop."
    )
    yield load_table(results)
    yield from misses(results)
    yield "### Processor time per request"
    yield "All processes of the service and of PostgreSQL."
    yield processor_table(results)


def load_table(results: Sequence[Result]) -> Table:
    columns = ("per second", "floor", "ratio", "range", "target")
    latencies = ("p50, ms", "floor", "p99, ms", "floor")
    rows = table("", *columns, *latencies)
    for result in results:
        ratio = result.ratio("per_second")
        rows.add_row(
            result.scenario.name,
            *(f"{each:.0f}" for each in result.medians("per_second")),
            f"{ratio.median:.2f}",
            ratio.range,
            f"{result.scenario.min_ratio:.2f}",
            *(f"{each:.1f}" for each in result.medians("p50_ms")),
            *(f"{each:.1f}" for each in result.medians("p99_ms")),
        )
    return rows


def misses(results: Sequence[Result]) -> Iterator[str]:
    """Targets that were missed."""
    slow = [
        each.scenario.name
        for each in results
        if each.ratio("per_second").median < each.scenario.min_ratio
    ]
    if slow:
        yield f"Below their targets: {'; '.join(slow)}."
    late = []
    for result in results:
        service, floor = result.medians("p99_ms")
        if service > HIGHEST_P99_RATIO * floor and not result.scenario.is_hashing:
            late.append(result.scenario.name)
    if late:
        yield f"p99 above {HIGHEST_P99_RATIO} times the floor's: {'; '.join(late)}."


def processor_table(results: Sequence[Result]) -> Table:
    columns = (
        "service, µs",
        "floor",
        "database, µs",
        "of the floor",
        "both to the floor's",
        "range",
    )
    rows = table("", *columns)
    for result in results:
        if not result.scenario.is_hashing:
            ratio = result.ratio("processor_us")
            rows.add_row(
                result.scenario.name,
                *(f"{each:.0f}" for each in result.medians("service_us")),
                *(f"{each:.0f}" for each in result.medians("database_us")),
                f"{ratio.median:.2f}",
                ratio.range,
            )
    return rows


def comparison_table(results: Sequence[Result]) -> Table:
    processor = ("processor, µs", "other", "ratio", "range")
    rows = table("", "per second", "other", "ratio", "range", "p99, ms", "other", *processor)
    for result in results:
        rate, processor_time = result.ratio("per_second"), result.ratio("processor_us")
        rows.add_row(
            result.scenario.name,
            *(f"{each:.0f}" for each in result.medians("per_second")),
            f"{rate.median:.2f}",
            rate.range,
            *(f"{each:.1f}" for each in result.medians("p99_ms")),
            *(f"{each:.0f}" for each in result.medians("processor_us")),
            f"{processor_time.median:.2f}",
            processor_time.range,
        )
    return rows
