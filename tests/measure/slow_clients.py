"""What a healthy request takes beside slow clients: of the service alone, and behind nginx.

.venv/bin/python -m tests.measure.slow_clients (apt install nginx)
"""

import shutil
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.e2e.processes import started
from tests.e2e.slow_clients import KINDS, MANY, seconds_beside_slow_clients
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
        measure("the service alone", service)
        if shutil.which("nginx"):
            proxy = running.enter_context(a_proxy(folder / "nginx", service))
            measure("behind nginx", proxy.base_url)


def measure(told: str, base_url: str) -> None:
    print(f"{told}: seconds of the slowest of some requests beside {MANY} clients that ...")
    for kind in KINDS:
        print(f"  {kind:28}{seconds_beside_slow_clients(base_url, kind):.3f}", flush=True)


if __name__ == "__main__":
    main()
