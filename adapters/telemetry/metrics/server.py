"""The metrics server in gunicorn's master process (prometheus_client's multiprocess mode)."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.multiprocess import MultiProcessCollector

from adapters.telemetry.metrics.service import ServiceCollector


def serve_metrics(
    host: str, port: int, version: str, workers: Callable[[], int], pool_size: int
) -> None:
    """Serve in a thread. Requires PROMETHEUS_MULTIPROC_DIR.

    Forking workers while this thread runs is safe: a scrape only holds the lock of this registry,
    which workers do not use.
    """
    registry = CollectorRegistry()
    registry.register(ServiceCollector(version, workers, pool_size))
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    start_http_server(port, host, registry)
