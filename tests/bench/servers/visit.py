"""What is seen of a candidate each time it is its turn."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tests.bench.dataset import Dataset
from tests.bench.load import Prepared, Turn, send
from tests.bench.scenarios import Scenario
from tests.bench.servers.candidates import Candidate
from tests.bench.servers.running import Memory, started

WARM_UP_S = 1


@dataclass(frozen=True)
class Visit:
    """One life of a server: its start, the load of each scenario, its memory after them."""

    start_s: float
    turns: Mapping[str, Turn]
    memory: Memory


def visit(
    candidate: Candidate,
    data: Dataset,
    prepared: Mapping[Scenario, Sequence[Prepared]],
    seconds: int,
) -> Visit:
    """No other server runs meanwhile: an idle one would keep memory and connections."""
    with started(candidate, data.database_url) as (server, start_s):

        def turn(scenario: Scenario, seconds: int) -> Turn:
            requests = prepared[scenario]
            seen = send(server.base_url, requests, seconds, is_spent=scenario.is_spent)
            if scenario.is_writing:
                data.reset()
            return seen

        turns = {}
        for scenario in prepared:
            turn(scenario, WARM_UP_S)
            turns[scenario.name] = turn(scenario, seconds)
        return Visit(start_s, turns, server.memory())


def median(visits: Sequence[Visit], figure: Callable[[Visit], float]) -> float:
    return statistics.median(map(figure, visits))


def ratio(visits: Sequence[Visit], others: Sequence[Visit], scenario: str) -> float:
    """Of requests per second to the others': the median of the pairs of one round."""
    return statistics.median(
        one.turns[scenario].per_second / other.turns[scenario].per_second
        for one, other in zip(visits, others, strict=True)
    )
