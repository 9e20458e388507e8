"""The metrics' port: a thread of gunicorn's first process, which outlives the workers."""

import logging
import os
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from threading import Lock, Thread
from typing import Any

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from adapters.metrics.service import ServiceCollector
from entrypoints.server.listening import resolved
from entrypoints.settings import MetricsSettings

PATH = "/metrics"
# Who asks and then says nothing is given up.
CLIENT_TIMEOUT_S = 5
logger = logging.getLogger("turnout.metrics")


class MetricsServer(ThreadingMixIn, TCPServer):
    """Listens from its making on. PROMETHEUS_MULTIPROC_DIR must be set.

    Workers are forked from the process that it runs in, and a lock that a thread holds at that
    moment is held in the worker for good: so none is forked while metrics are collected.
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, settings: MetricsSettings, service: ServiceCollector) -> None:
        self.address_family, address = resolved("METRICS_HOST", settings.host, settings.port)
        super().__init__(address, _Handler)
        self._registry = CollectorRegistry()
        self._registry.register(MultiProcessCollector(None))  # type: ignore[no-untyped-call]
        self._registry.register(service)
        self._collecting = Lock()
        os.register_at_fork(
            before=self._collecting.acquire,
            after_in_parent=self._collecting.release,
            after_in_child=self._leave_to_parent,
        )
        Thread(target=self.serve_forever, name="metrics", daemon=True).start()

    def collected(self) -> bytes:
        with self._collecting:
            return generate_latest(self._registry)

    def handle_error(self, request: Any, client_address: Any) -> None:
        logger.warning("metrics were not told", exc_info=True)

    def _leave_to_parent(self) -> None:
        self._collecting.release()
        self.socket.close()


class _Handler(BaseHTTPRequestHandler):
    server: MetricsServer
    timeout = CLIENT_TIMEOUT_S

    def do_GET(self) -> None:
        if self.path.partition("?")[0].rstrip("/") != PATH:
            self.send_error(404)
            return
        body = self.server.collected()
        self.send_response(200)
        self.send_header("Content-Type", CONTENT_TYPE_LATEST)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_HEAD(self) -> None:
        self.do_GET()

    def log_message(self, *_: Any) -> None:
        """It is asked every few seconds: that is no news."""
