"""What a healthy request takes beside slow clients, behind nginx.

.venv/bin/python -m tests.proxy.measure_slow_clients (apt install nginx)
"""

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.e2e.http.slow_clients import KINDS, MANY, seconds_beside_slow_clients
from tests.processes import started
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
    with ExitStack() as running:
        folder = Path(running.enter_context(TemporaryDirectory()))
        folder.chmod(0o755)  # nginx's workers are of another user
        _, service = running.enter_context(started(ROOT, "serve", **SETTINGS))
        proxy = running.enter_context(a_proxy(folder / "nginx", service))
        print(f"Seconds of the slowest of some requests beside {MANY} clients that ...")
        for kind in KINDS:
            seconds = seconds_beside_slow_clients(proxy.base_url, *KINDS[kind])
            print(f"  {kind:28}{seconds:.3f}", flush=True)


if __name__ == "__main__":
    main()
