"""Measures two services in turns, so that other load on the machine affects both."""

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
    """The median, minimum and maximum of the ratios of the pairs of turns."""

    median: float
    minimum: float
    maximum: float

    @property
    def range(self) -> str:
        return f"{self.minimum:.2f} to {self.maximum:.2f}"


@dataclass(frozen=True)
class Result:
    """Turns of a scenario, in consecutive pairs."""

    scenario: Scenario
    pairs: Sequence[tuple[Turn, Turn]]

    def medians(self, figure: str) -> tuple[float, float]:
        """Medians of the first and the second service."""
        first, second = (
            statistics.median(getattr(turn, figure) for turn in turns)
            for turns in zip(*self.pairs, strict=True)
        )
        return first, second

    def ratio(self, figure: str) -> Ratio:
        """The first service relative to the second."""
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
        result = send(service.base_url, prepared, seconds, is_single_use=scenario.is_single_use)
        after = usage(service, data)
        if scenario.is_writing:
            data.reset()
        return replace(
            result,
            service_us=(after.service_s - before.service_s) / result.requests * 1e6,
            database_us=(after.database_s - before.database_s) / result.requests * 1e6,
        )

    for service in (first, second):
        turn(service, WARM_UP_S)
    pairs = []
    for number in range(turns):  # they alternate in going first
        if number % 2:
            later = turn(second)
            pairs.append((turn(first), later))
        else:
            pairs.append((turn(first), turn(second)))
    return Result(scenario, pairs)
