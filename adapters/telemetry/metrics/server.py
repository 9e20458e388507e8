"""The metrics' port, in gunicorn's master process: prometheus_client's multiprocess mode."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.multiprocess import MultiProcessCollector

from adapters.telemetry.metrics.service import ServiceCollector


def serve_metrics(
    host: str, port: int, version: str, workers: Callable[[], int], pool_size: int
) -> None:
    """Serves in a thread. Requires PROMETHEUS_MULTIPROC_DIR.

    Workers are forked while this thread runs. That is safe: the only lock that a scrape holds is
    this registry's, and workers do not use this registry.
    """
    registry = CollectorRegistry()
    registry.register(ServiceCollector(version, workers, pool_size))
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    start_http_server(port, host, registry)
