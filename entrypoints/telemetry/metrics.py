"""The metrics' port, in gunicorn's master process: prometheus_client's multiprocess mode."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.multiprocess import MultiProcessCollector

from adapters.metrics.service import ServiceCollector
from entrypoints import VERSION
from entrypoints.settings import MetricsSettings


def serve_metrics(settings: MetricsSettings, workers: Callable[[], int], pool_size: int) -> None:
    """Serves in a thread. Requires PROMETHEUS_MULTIPROC_DIR.

    Workers are forked while this thread runs. That is safe: the only lock that a scrape holds is
    this registry's, and workers do not use this registry.
    """
    registry = CollectorRegistry()
    registry.register(ServiceCollector(VERSION, workers, pool_size))
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    start_http_server(settings.port, settings.host, registry)
