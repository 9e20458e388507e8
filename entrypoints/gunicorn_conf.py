"""How gunicorn serves the application; read by gunicorn itself."""

from typing import Any

from entrypoints.settings import read_server_settings

_settings = read_server_settings()

bind = f"{_settings.host}:{_settings.port}"
workers = _settings.web_workers
threads = _settings.web_threads
worker_class = "gthread"
# Loaded once, before the workers part from it: a fault shows once and ends the start. No
# connection to the database is open by then, so the workers share none.
preload_app = True
timeout = 30
graceful_timeout = 25
keepalive = 5
loglevel = "warning"
control_socket_disable = True  # it would lie in the home directory, one for all instances


def when_ready(server: Any) -> None:
    host = "localhost" if _settings.host in ("0.0.0.0", "::") else _settings.host
    base = f"http://{host}:{_settings.port}"
    print(f"Turnout answers.\n  API         {base}/v1/", flush=True)
    print(f"  Swagger UI  {base}/api/schema/swagger-ui/", flush=True)
