"""Where the service spends processor time, by layer: requests in this process, with cProfile."""

import cProfile
import pstats
import time
from collections import Counter
from collections.abc import Sequence
from itertools import cycle, islice
from typing import Any

from flask import Flask
from rich.table import Table
from werkzeug.datastructures import Authorization
from werkzeug.test import EnvironBuilder, run_wsgi_app

from entrypoints.container import Container
from entrypoints.settings import Settings
from entrypoints.settings.environment import parse_database_url
from tests.bench.dataset import Dataset
from tests.bench.load import Prepared
from tests.bench.scenarios import Scenario
from tests.generated import table
from tests.sample_data import KEY

REQUESTS = 300
# One per access token: the service caches verified tokens.
WARM_UP_REQUESTS = 1000
# By a part of the path of the file; the first that fits.
LAYERS = {
    "Flask, Werkzeug": ("/flask/", "/werkzeug/"),
    "request parsing (marshmallow)": ("/flask_smorest/", "/webargs/", "/marshmallow/"),
    "tokens (PyJWT)": ("/jwt/", "/adapters/security/"),
    "HTTP adapter": ("/adapters/http/",),
    "domain, use cases": ("/domain/", "/application/", "/tenacity/"),
    "connection pool": ("/sqlalchemy/",),
    "PostgreSQL adapter, psycopg2": ("/adapters/postgres/",),
}
OTHER = "other"
# Waits for the database.
WAIT = "<method 'poll' of 'select.poll' objects>"


def profiles(scenarios: Sequence[Scenario], data: Dataset) -> Table:
    """Microseconds per request, without the HTTP server and the log."""
    url = parse_database_url(data.database_url, "the URL of the measurement")
    settings = Settings(database_url=url, jwt_secret_key=KEY, ratelimit_enabled=False)
    container = Container(settings=settings, request_hooks=[])
    app = container.app()
    measured = [each for each in scenarios if not each.is_hashing]
    columns = [_layers_of(app, each, data) for each in measured]
    container.engine().dispose()
    result = table("µs", *(each.name for each in measured))
    for layer in (*LAYERS, OTHER):
        result.add_row(layer, *(f"{column[layer]:.0f}" for column in columns))
    return result


def _layers_of(app: Flask, scenario: Scenario, data: Dataset) -> Counter[str]:
    requests = cycle(scenario.prepare(data))
    _send(app, list(islice(requests, WARM_UP_REQUESTS)))
    total_us = _send(app, list(islice(requests, REQUESTS)))
    profile = cProfile.Profile()
    following = list(islice(requests, REQUESTS))
    with profile:
        _send(app, following)
    data.reset()
    shares: Counter[str] = Counter()
    stats: Any = pstats.Stats(profile).stats  # type: ignore[attr-defined]  # undocumented
    # Each function with the time in it alone, by caller.
    for (path, _, name), (_, _, own_s, _, callers) in stats.items():
        if name == WAIT:
            continue
        if path != "~":
            shares[_layer(path)] += own_s
            continue
        for (caller_path, _, _), (_, _, caller_s, _) in callers.items():
            shares[_layer(caller_path)] += caller_s
    # The profiler slows everything down.
    scale = total_us / shares.total()
    return Counter({layer: share * scale for layer, share in shares.items()})


def _layer(path: str) -> str:
    for layer, parts in LAYERS.items():
        if any(part in path for part in parts):
            return layer
    return OTHER


def _send(app: Flask, requests: Sequence[Prepared]) -> float:
    """Microseconds of processor time per request."""
    environs = [
        EnvironBuilder(
            each.path,
            method=each.method,
            data=each.body or None,
            content_type="application/json" if each.body else None,
            auth=Authorization("bearer", token=each.token) if each.token else None,
        ).get_environ()
        for each in requests
    ]
    start_s = time.process_time()
    for environ in environs:
        _, status, _ = run_wsgi_app(app.wsgi_app, environ, buffered=True)
        assert status.startswith("2"), status
    return (time.process_time() - start_s) / len(requests) * 1e6
