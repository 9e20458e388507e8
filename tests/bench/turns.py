"""Measures two services in turns, so that other load on the machine affects both."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from tests.bench.argon2_loop import hash_in_a_loop
from tests.bench.load import Turn, send
from tests.bench.scenarios import Data, Scenario
from tests.bench.services import Service
from tests.bench.usage import usage

WARM_UP_S = 1

Loaded: TypeAlias = tuple[Service, Data]


@dataclass(frozen=True)
class Ratio:
    """The median, minimum and maximum of the ratios of the pairs of turns."""

    median: float
    minimum: float
    maximum: float

    @property
    def cells(self) -> tuple[str, str]:
        """The median and the range, for a table."""
        return f"{self.median:.2f}", f"{self.minimum:.2f} to {self.maximum:.2f}"


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

    @property
    def has_processor_time(self) -> bool:
        return all(turn.processor_us for turns in self.pairs for turn in turns)


def in_turns(
    scenario: Scenario, first: Loaded, second: Loaded, *, turns: int, seconds: int
) -> Result:
    """Raises LoadError."""
    prepared = {service: scenario.prepare(data) for service, data in (first, second)}

    def turn(loaded: Loaded, seconds: int = seconds) -> Turn:
        service, data = loaded
        if scenario.is_hashing and service.is_floor:
            return hash_in_a_loop(seconds)
        before = usage(service, data)
        requests, is_single_use = prepared[service], scenario.is_single_use
        result = send(service.base_url, requests, seconds, is_single_use=is_single_use)
        after = usage(service, data)
        if scenario.is_writing:
            data.reset()
        return replace(
            result,
            service_us=(after.service_s - before.service_s) / result.requests * 1e6,
            database_us=(after.database_s - before.database_s) / result.requests * 1e6,
        )

    for each in (first, second):
        turn(each, WARM_UP_S)
    pairs = []
    for number in range(turns):  # they alternate in going first
        if number % 2:
            later = turn(second)
            pairs.append((turn(first), later))
        else:
            pairs.append((turn(first), turn(second)))
    return Result(scenario, pairs)
