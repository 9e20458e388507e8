"""Measure a normal request while slow clients are connected, behind nginx.

.venv/bin/python -m tests.proxy.measure_slow_clients (apt install nginx)
"""

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.e2e.http.slow_clients import CLIENTS, KINDS, seconds_with_slow_clients
from tests.processes import running_cli
from tests.proxy.nginx import a_proxy

ROOT = Path(__file__).parents[2]
# No request here needs the database.
SETTINGS = {
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
    "JWT_SECRET_KEY": "k" * 32,
    "TRUSTED_PROXIES": "127.0.0.1",
    "LOG_LEVEL": "ERROR",
}


def main() -> None:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        folder.chmod(0o755)  # nginx's workers run as another user
        _, service = stack.enter_context(running_cli(ROOT, "serve", **SETTINGS))
        proxy = stack.enter_context(a_proxy(folder / "nginx", service))
        print(f"Slowest of several requests, in seconds, with {CLIENTS} clients that ...")
        for kind in KINDS:
            seconds = seconds_with_slow_clients(proxy.base_url, *KINDS[kind])
            print(f"  {kind:28}{seconds:.3f}", flush=True)


if __name__ == "__main__":
    main()
