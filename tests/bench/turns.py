"""Two services measured in turns, so that what disturbs the machine disturbs both."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tests.bench.argon2_loop import hash_in_a_loop
from tests.bench.dataset import Dataset
from tests.bench.load import Turn, send
from tests.bench.scenarios import Scenario
from tests.bench.services import Service
from tests.bench.usage import usage

WARM_UP_S = 1


@dataclass(frozen=True)
class Ratio:
    """The median of the ratios of the pairs of turns, and the least and the greatest of them."""

    median: float
    least: float
    greatest: float

    @property
    def range(self) -> str:
        return f"{self.least:.2f} to {self.greatest:.2f}"


@dataclass(frozen=True)
class Result:
    """Turns of a scenario, in pairs that followed one another."""

    scenario: Scenario
    pairs: Sequence[tuple[Turn, Turn]]

    def medians(self, figure: str) -> tuple[float, float]:
        """Of the first and of the second service."""
        first, second = (
            statistics.median(getattr(turn, figure) for turn in turns)
            for turns in zip(*self.pairs, strict=True)
        )
        return first, second

    def ratio(self, figure: str) -> Ratio:
        """Of the first service to the second."""
        ratios = [getattr(first, figure) / getattr(second, figure) for first, second in self.pairs]
        return Ratio(statistics.median(ratios), min(ratios), max(ratios))


def in_turns(
    scenario: Scenario, data: Dataset, first: Service, second: Service, *, turns: int, seconds: int
) -> Result:
    """Raises LoadError."""
    prepared = scenario.prepare(data)

    def turn(service: Service, seconds: int = seconds) -> Turn:
        if scenario.is_hashing and service.is_floor:
            return hash_in_a_loop(seconds)
        before = usage(service, data)
        sent = send(service.base_url, prepared, seconds, is_spent=scenario.is_spent)
        after = usage(service, data)
        if scenario.is_writing:
            data.reset()
        return replace(
            sent,
            service_us=(after.service_s - before.service_s) / sent.requests * 1e6,
            database_us=(after.database_s - before.database_s) / sent.requests * 1e6,
        )

    for service in (first, second):
        turn(service, WARM_UP_S)
    pairs = []
    for number in range(turns):  # each goes first every other time
        if number % 2:
            later = turn(second)
            pairs.append((turn(first), later))
        else:
            pairs.append((turn(first), turn(second)))
    return Result(scenario, pairs)
