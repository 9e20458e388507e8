"""What the requests cost the processors: steadier than requests per second on a busy machine."""

from collections.abc import Iterable
from dataclasses import dataclass

import psutil
from sqlalchemy import text

from tests.bench.dataset import Dataset
from tests.resilience.service import Service

# The processes that serve the database.
BACKENDS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"


@dataclass(frozen=True)
class Spent:
    """Seconds that the service's processes, and those of its database, have used so far."""

    service: float
    database: float

    def per_request(self, later: "Spent", requests: int) -> tuple[float, float]:
        """Microseconds of both between the two readings."""
        return (
            (later.service - self.service) / requests * 1e6,
            (later.database - self.database) / requests * 1e6,
        )


def spent(service: Service, data: Dataset) -> Spent:
    """Of a database on another machine, or in a container, nothing is seen."""
    main = psutil.Process(service.process.pid)
    with data.engine.connect() as connection:
        pids = connection.execute(text(BACKENDS)).scalars().all()
    here = [psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)]
    return Spent(
        _seconds([main, *main.children(recursive=True)]),
        _seconds(each for each in here if each.name() == "postgres"),
    )


def _seconds(processes: Iterable[psutil.Process]) -> float:
    times = [each.cpu_times() for each in processes]
    return sum(each.user + each.system for each in times)
