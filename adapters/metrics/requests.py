"""Requests, by the templates of their routes."""

from collections.abc import Callable, Mapping
from typing import Any

from adapters.http.observing import METHODS, Observation
from adapters.metrics.instruments import Instruments

# What clients may make up has one name, or they could make any number of series.
OTHER = "other"
UNMATCHED = "unmatched"


class RequestMeter:
    """Goes along with each request, and observes it when it is over."""

    def __init__(self, instruments: Instruments) -> None:
        self._begun = instruments.in_flight.inc
        self._ended = instruments.in_flight.dec
        self._duration = instruments.duration
        self._refusals = instruments.refusals
        # Looking a series up by its labels takes longer than counting does.
        self._observe: dict[tuple[str | None, str | None, int | None], Callable[[float], None]] = {}

    def begin(self, seen: Observation, environ: Mapping[str, Any]) -> Callable[[], None]:
        self._begun()
        return self._ended

    def observe(self, seen: Observation) -> None:
        series = seen.method, seen.route, seen.status
        observe = self._observe.get(series)
        if observe is None:
            observe = self._series(*series)
        observe(seen.duration_s)
        if seen.code:
            self._refusals.labels(seen.code).inc()

    def _series(
        self, method: str | None, route: str | None, status: int | None
    ) -> Callable[[float], None]:
        is_known = method in METHODS
        made = self._duration.labels(method if is_known else OTHER, route or UNMATCHED, status)
        if is_known:
            self._observe[method, route, status] = made.observe
        return made.observe
