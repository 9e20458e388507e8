"""Processor time: less sensitive to a busy machine than requests per second."""

from contextlib import suppress
from dataclasses import dataclass

import psutil
from sqlalchemy import text

from tests.bench.dataset import Dataset
from tests.bench.scenarios import Data
from tests.bench.services import Service


@dataclass(frozen=True)
class Usage:
    """Seconds since the service and the database started."""

    service_s: float
    database_s: float


def usage(service: Service, data: Data) -> Usage:
    """Processes on another machine or in a container count as 0."""
    if service.pid is None or not isinstance(data, Dataset):
        return Usage(0, 0)
    with data.engine.connect() as connection:
        backend = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        database_s = 0.0
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(backend)
            if process.name() == "postgres":
                database_s = _processor_s(process.parent())
    return Usage(_processor_s(psutil.Process(service.pid)), database_s)


def _processor_s(main: psutil.Process) -> float:
    """Of the process and all its descendants, including those that have ended."""
    total = 0.0
    for process in (main, *main.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            total += sum(process.cpu_times()[:4])  # user, system, and both of children that ended
    return total
