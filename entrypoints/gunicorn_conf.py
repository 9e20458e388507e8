"""How gunicorn serves the application; read by gunicorn itself."""

from typing import Any

from entrypoints.logs import configure_logs
from entrypoints.settings import read_server_settings

configure_logs()
_settings = read_server_settings()

bind = _settings.address
workers = _settings.web_workers
threads = _settings.web_threads
worker_class = "entrypoints.gunicorn_worker.ProblemWorker"
# Loaded once, before the workers part from it: a fault shows once and ends the start. No
# connection to the database is open by then, so the workers share none.
preload_app = True
timeout = 30
graceful_timeout = 25
keepalive = 5
loglevel = "warning"
logger_class = "entrypoints.gunicorn_logger.PlainLogger"
limit_request_line = 8190
forwarder_headers = "none"  # no header of a request may say where the application lies
control_socket_disable = True  # it would lie in the home directory, one for all instances


def when_ready(server: Any) -> None:
    base = f"http://{_settings.address}".replace("//0.0.0.0:", "//localhost:")
    print(f"Turnout answers.\n  API         {base}", flush=True)
    print(f"  Swagger UI  {base}/api/schema/swagger-ui/", flush=True)
