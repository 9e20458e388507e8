"""gunicorn's configuration file."""

import gc
import logging
import os
import signal
from functools import partial
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any

from adapters.telemetry.logging import configure_logging
from entrypoints import BANNER_VARIABLE, VERSION
from entrypoints.settings import (
    read_log_settings,
    read_mail_settings,
    read_metrics_settings,
    read_server_settings,
    read_settings,
    read_tracing_settings,
    read_web_timeouts,
)

logger = logging.getLogger("turnout.mail")
_log = read_log_settings()
configure_logging(_log.level, _log.format)
_settings = read_server_settings()
_timeouts = read_web_timeouts()
_metrics = read_metrics_settings()
_tracing = read_tracing_settings()
if _metrics:
    # prometheus_client reads this when it is imported.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = mkdtemp(prefix="turnout-prometheus-")

bind = _settings.address
workers = _settings.web_workers
threads = _settings.web_threads
worker_class = "entrypoints.gunicorn_worker.ProblemWorker"
# Load the application before forking, so that an error shows once and stops gunicorn. No database
# connection is open by then, so workers share none.
preload_app = True
timeout = _timeouts.process
graceful_timeout = _timeouts.graceful
keepalive = _timeouts.keepalive
# Below the usual limit of 1,024 open files per process.
worker_connections = 500
loglevel = "warning"
# gunicorn logs through the handler of configure_logging, like everything else.
errorlog = None
logging.getLogger("gunicorn.error").addHandler(logging.getLogger().handlers[0])
# For bodies, see adapters/http/requests/validation.py.
limit_request_line = 8190  # bytes
limit_request_fields = 100
# gunicorn must not set the scheme, SCRIPT_NAME or PATH_INFO from headers: only TRUSTED_PROXIES are
# trusted. By default it trusts this machine or FORWARDED_ALLOW_IPS.
forwarded_allow_ips = ""
control_socket_disable = True  # in the home directory, all instances would share it

# Until a worker has its own signal handlers, it has those of the master, which would lose a signal:
# the worker would not stop before graceful_timeout kills it. So these are blocked meanwhile.
_STOP_SIGNALS = {signal.SIGTERM, signal.SIGINT, signal.SIGQUIT}
_unblock = partial(signal.pthread_sigmask, signal.SIG_UNBLOCK, _STOP_SIGNALS)
os.register_at_fork(after_in_parent=_unblock)


def when_ready(server: Any) -> None:
    # Everything loaded so far is permanent: exempt it from garbage collection (ADR 9).
    gc.freeze()
    if _metrics:
        from adapters.telemetry.metrics.server import serve_metrics

        pool_size = read_settings().database_pool_size
        serve_metrics(_metrics.host, _metrics.port, VERSION, lambda: len(server.WORKERS), pool_size)
    if not read_mail_settings().is_mailing:
        logger.info("Mail is disabled: set SMTP_URL to verify addresses and reset passwords.")
    base = f"http://{_settings.address}".replace("//0.0.0.0:", "//localhost:")
    print(f"Turnout is running.\n  API         {base}", flush=True)
    print(f"  Swagger UI  {base}/api/schema/swagger-ui/", flush=True)
    print(end=os.environ.get(BANNER_VARIABLE, ""), flush=True)


def pre_fork(server: Any, worker: Any) -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOP_SIGNALS)


def post_fork(server: Any, worker: Any) -> None:
    if _tracing:
        from adapters.telemetry.tracing.exporter import send_spans

        send_spans(_tracing.service_name, VERSION)


def post_worker_init(worker: Any) -> None:
    _unblock()


def child_exit(server: Any, worker: Any) -> None:
    if _metrics:
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(server: Any) -> None:
    if _metrics:
        rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
