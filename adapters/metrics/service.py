"""What is known of the service as a whole, without its workers' counts."""

from collections.abc import Callable, Iterable

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily
from prometheus_client.registry import Collector


class ServiceCollector(Collector):
    """The version, the workers that live, and the connections that they may open."""

    def __init__(self, version: str, workers: Callable[[], int], pool_size: int) -> None:
        self._version = version
        self._workers = workers
        self._pool_size = pool_size

    def collect(self) -> Iterable[Metric]:
        workers = self._workers()
        yield InfoMetricFamily("turnout_build", "What runs.", {"version": self._version})
        yield GaugeMetricFamily("turnout_workers", "Processes that serve.", workers)
        yield GaugeMetricFamily(
            "turnout_database_connections_max",
            "Connections to the database that the workers may open.",
            workers * self._pool_size,
        )
