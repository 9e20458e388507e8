"""The servers that could serve the application: how each is started."""

import sys
from dataclasses import dataclass, field

FACTORY = "entrypoints.wsgi:create_app"
GUNICORN = (sys.executable, "-m", "gunicorn", "--config=python:entrypoints.server.gunicorn_conf")
GRANIAN = (
    *(sys.executable, "-m", "granian", "--interface=wsgi", "--factory"),
    *("--host=127.0.0.1", "--http=1", "--log-level=error"),
)


@dataclass(frozen=True)
class Candidate:
    """`settings` of the application: as many connections to the database as there are threads."""

    name: str
    command: tuple[str, ...]
    settings: dict[str, str] = field(default_factory=dict)


def gunicorn(worker_class: str, workers: int, threads: int) -> Candidate:
    return Candidate(
        f"gunicorn {worker_class} {workers} x {threads}",
        (*GUNICORN, f"--worker-class={worker_class}", f"{FACTORY}()"),
        {"WEB_WORKERS": str(workers), "WEB_THREADS": str(threads)},
    )


def granian(workers: int, threads: int) -> Candidate:
    return Candidate(
        f"granian {workers} x {threads}",
        (*GRANIAN, f"--workers={workers}", f"--blocking-threads={threads}", FACTORY),
        {"WEB_THREADS": str(threads)},
    )


AS_IT_SHIPS = Candidate("as it ships", (*GUNICORN, f"{FACTORY}()"))
CANDIDATES = (
    AS_IT_SHIPS,
    gunicorn("gthread", 2, 8),
    gunicorn("gthread", 2, 4),
    gunicorn("gthread", 4, 4),
    gunicorn("sync", 2, 1),
    gunicorn("sync", 4, 1),
    gunicorn("sync", 8, 1),
    granian(2, 8),
    granian(2, 4),
    granian(4, 1),
)
