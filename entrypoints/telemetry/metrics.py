"""The metrics' port, in gunicorn's master process: prometheus_client's multiprocess mode."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.multiprocess import MultiProcessCollector

from adapters.metrics.service import ServiceCollector
from entrypoints import VERSION
from entrypoints.settings import MetricsSettings


def serve_metrics(settings: MetricsSettings, workers: Callable[[], int], pool_size: int) -> None:
    """In a thread. PROMETHEUS_MULTIPROC_DIR must be set.

    Workers are forked while it serves. It takes no lock that they need: it has a registry of its
    own, and reads the workers' files without those metrics' lock.
    """
    registry = CollectorRegistry()
    registry.register(ServiceCollector(VERSION, workers, pool_size))
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    start_http_server(settings.port, settings.host, registry)
