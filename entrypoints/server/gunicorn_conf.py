"""How gunicorn serves the application; read by gunicorn itself."""

import gc
import os
from shutil import rmtree
from typing import Any

from entrypoints import VERSION
from entrypoints.server.chunks import LINE_MAX_BYTES
from entrypoints.settings import (
    read_metrics_settings,
    read_server_settings,
    read_settings,
    read_tracing_settings,
    read_web_waits,
)
from entrypoints.telemetry.logs import configure_logs
from entrypoints.telemetry.metrics_files import made_metrics_dir

configure_logs()
_settings = read_server_settings()
_waits = read_web_waits()
_metrics = read_metrics_settings()
_tracing = read_tracing_settings()
if _metrics:
    # Before anything imports prometheus_client, which looks for it at that moment.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(made_metrics_dir())

bind = _settings.address
workers = _settings.web_workers
threads = _settings.web_threads
worker_class = "entrypoints.server.worker.ProblemWorker"
# Loaded once, before the workers part from it: a fault shows once and ends the start. No
# connection to the database is open by then, so the workers share none.
preload_app = True
timeout = _waits.process
graceful_timeout = _waits.graceful
keepalive = _waits.keepalive
# With the files that a process has open for itself below 1,024, which many systems allow it. They
# cost little: a connection has a thread only while a request of it is served.
worker_connections = 500
backlog = 2048  # that the system keeps for us while all processes are busy; it may keep fewer
loglevel = "warning"
logger_class = "entrypoints.server.logger.PlainLogger"
# As many as servers and proxies usually take. Bodies: BODY_MAX_BYTES of adapters/http/admission.py.
limit_request_line = LINE_MAX_BYTES
limit_request_fields = 100
limit_request_field_size = LINE_MAX_BYTES  # all of them: FIELDS_MAX_BYTES of chunks.py
forwarder_headers = "none"  # no header of a request may say where the application lies
control_socket_disable = True  # it would lie in the home directory, one for all instances


def when_ready(server: Any) -> None:
    # What is loaded by now stays for good: the garbage collector leaves it alone (decision 13).
    gc.freeze()
    if _metrics:
        from adapters.metrics.service import ServiceCollector
        from entrypoints.telemetry.metrics_server import MetricsServer

        pool_size = read_settings().database_pool_size
        MetricsServer(_metrics, ServiceCollector(VERSION, lambda: len(server.WORKERS), pool_size))
    base = f"http://{_settings.address}".replace("//0.0.0.0:", "//localhost:")
    print(f"Turnout answers.\n  API         {base}", flush=True)
    print(f"  Swagger UI  {base}/api/schema/swagger-ui/", flush=True)


def post_fork(server: Any, worker: Any) -> None:
    if _tracing:
        from entrypoints.telemetry.tracing import send_traces

        send_traces(_tracing)


def child_exit(server: Any, worker: Any) -> None:
    if _metrics:
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(server: Any) -> None:
    if _metrics:
        rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
