"""The results as Markdown."""

from collections.abc import Iterator, Mapping, Sequence

from rich.table import Table

from tests.bench.dataset import SEATS_OF_AN_EVENT, Dataset
from tests.bench.load import CONNECTIONS, has_wrk
from tests.bench.services import THIS_TREE
from tests.bench.statements import Statements
from tests.bench.turns import Result
from tests.generated import provenance, table

HIGHEST_P99_RATIO = 1.5
PER_PROCESSOR = "per_processor_second"


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


def load_section(
    results: Sequence[Result],
    statements: Mapping[str, Statements],
    turns: int,
    seconds: int,
) -> Iterator[str | Table]:
    yield "## Beside the floor"
    yield (
        f"{'wrk' if has_wrk() else 'Python'} sends requests over {CONNECTIONS} connections, on the "
        f"same machine: medians of {turns} turns of {seconds} s.\n"
        "Ratios are medians of the ratios of each pair of turns, with their range. "
        "Logins are compared\nwith Argon2 in a loop, at equal concurrency."
    )
    yield load_table(results)
    yield chart(results)
    yield from misses(results)
    yield "### Processor time per request"
    yield (
        "All processes of the service and of PostgreSQL. The ratio compares requests per second of "
        "processor time\nand has the same target."
    )
    yield processor_table(results)
    yield "### Statements per request"
    yield statements_table(statements)


def load_table(results: Sequence[Result]) -> Table:
    columns = ("per second", "floor", "ratio", "range", "target")
    latencies = ("p50, ms", "floor", "p99, ms", "floor")
    rows = table("", *columns, *latencies)
    for result in results:
        rows.add_row(
            result.scenario.name,
            *(f"{each:.0f}" for each in result.medians("per_second")),
            *result.ratio("per_second").cells,
            f"{result.scenario.min_ratio:.2f}",
            *(f"{each:.1f}" for each in result.medians("p50_ms")),
            *(f"{each:.1f}" for each in result.medians("p99_ms")),
        )
    return rows


def chart(results: Sequence[Result]) -> str:
    """Mermaid, which GitHub draws."""
    names = ", ".join(f'"{each.scenario.name}"' for each in results)
    ratios = ", ".join(f"{each.ratio('per_second').median:.2f}" for each in results)
    targets = ", ".join(f"{each.scenario.min_ratio:.2f}" for each in results)
    return f"""\
```mermaid
xychart-beta
    title "Throughput relative to the floor (bars) and targets (line)"
    x-axis [{names}]
    y-axis 0 --> 1.2
    bar [{ratios}]
    line [{targets}]
```"""


def misses(results: Sequence[Result]) -> Iterator[str]:
    """Targets that were missed."""
    for unit, figure in (("by throughput", "per_second"), ("by processor time", PER_PROCESSOR)):
        slow = [
            each.scenario.name
            for each in results
            if (figure == "per_second" or each.has_processor_time)
            and each.ratio(figure).median < each.scenario.min_ratio
        ]
        if slow:
            yield f"Below their targets {unit}: {'; '.join(slow)}."
    late = []
    for result in results:
        service, floor = result.medians("p99_ms")
        if service > HIGHEST_P99_RATIO * floor and not result.scenario.is_hashing:
            late.append(result.scenario.name)
    if late:
        yield f"p99 above {HIGHEST_P99_RATIO} times the floor's: {'; '.join(late)}."


def processor_table(results: Sequence[Result]) -> Table:
    columns = ("service, µs", "floor", "database, µs", "floor", "ratio", "range")
    rows = table("", *columns)
    for result in results:
        if result.has_processor_time:
            rows.add_row(
                result.scenario.name,
                *(f"{each:.0f}" for each in result.medians("service_us")),
                *(f"{each:.0f}" for each in result.medians("database_us")),
                *result.ratio(PER_PROCESSOR).cells,
            )
    return rows


def statements_table(statements: Mapping[str, Statements]) -> Table:
    """Without BEGIN and COMMIT."""
    rows = table("", "round trips", "SQL statements")
    for name, each in statements.items():
        rows.add_row(name, str(each.round_trips), str(each.statements))
    return rows


def comparison(
    results: Sequence[Result], other: str, turns: int, seconds: int
) -> list[str | Table]:
    return [
        f"{THIS_TREE} compared with {other}: medians of {turns} turns of {seconds} s,\n"
        "and of the ratios of each pair of turns, with their range.",
        comparison_table(results),
    ]


def comparison_table(results: Sequence[Result]) -> Table:
    latencies = ("p50, ms", "other", "p99, ms", "other")
    processor = ("processor, µs", "other", "ratio", "range")
    has_processor_time = all(result.has_processor_time for result in results)
    rows = table(
        "",
        *("per second", "other", "ratio", "range", *latencies),
        *(processor if has_processor_time else ()),
    )
    for result in results:
        cells = [
            *(f"{each:.0f}" for each in result.medians("per_second")),
            *result.ratio("per_second").cells,
            *(f"{each:.1f}" for each in result.medians("p50_ms")),
            *(f"{each:.1f}" for each in result.medians("p99_ms")),
        ]
        if has_processor_time:
            cells += (f"{each:.0f}" for each in result.medians("processor_us"))
            cells += result.ratio("processor_us").cells
        rows.add_row(result.scenario.name, *cells)
    return rows
