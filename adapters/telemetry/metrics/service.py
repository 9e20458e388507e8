"""Metrics of the whole service, which no single worker knows."""

from collections.abc import Callable, Iterable

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily
from prometheus_client.registry import Collector


class ServiceCollector(Collector):
    def __init__(self, version: str, workers: Callable[[], int], pool_size: int) -> None:
        self._version = version
        self._workers = workers
        self._pool_size = pool_size

    def collect(self) -> Iterable[Metric]:
        workers = self._workers()
        yield InfoMetricFamily(
            "turnout_build", "The version of Turnout.", {"version": self._version}
        )
        yield GaugeMetricFamily("turnout_workers", "Worker processes.", workers)
        yield GaugeMetricFamily(
            "turnout_database_connections_max",
            "Database connections that the workers can open.",
            workers * self._pool_size,
        )
