"""What it costs to check a session: .venv/bin/python -m tests.measure.session_check"""

import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters.persistence.migrate import migrate
from entrypoints.container import Container
from entrypoints.local_services import embedded_postgres
from entrypoints.settings import Settings
from entrypoints.settings.environment import parse_database_url

ROUNDS = 2000
ACCOUNT = {"username": "ada", "password": "correct horse battery"}


def measure(container: Container) -> None:
    reader, app = container.reader(), container.app()
    client = app.test_client()
    client.post("/v1/profile/signup/", json=ACCOUNT)
    token = client.post("/v1/profile/token/", json=ACCOUNT).json["access_token"]
    verify = container.verify()

    acts = {
        "the whole check, of a token that is known": lambda: verify(token),
        "SELECT 1, to compare": lambda: reader.rows("SELECT 1", {}),
    }
    times: dict[str, list[float]] = {name: [] for name in acts}
    with app.app_context():
        for _ in range(ROUNDS):  # in turns, so that all meet the same noise
            for name, act in acts.items():
                start = time.perf_counter()
                act()
                times[name].append(time.perf_counter() - start)
    for name, taken in times.items():
        print(f"{name}: median {statistics.median(taken) * 1e6:.0f} microseconds")


def main() -> None:
    with (
        TemporaryDirectory(prefix="turnout-") as directory,
        embedded_postgres(Path(directory)) as url,
    ):
        settings = Settings(
            database_url=parse_database_url(url, "the embedded server's URL"),
            jwt_secret_key="a key of this measurement alone.",
            database_pool_size=1,
            ratelimit_enabled=False,
        )
        container = Container(settings=settings)
        migrate(container.engine())
        measure(container)
        container.engine().dispose()


if __name__ == "__main__":
    main()
