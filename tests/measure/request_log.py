"""What a request's line in the log costs: `.venv/bin/python -m tests.measure.request_log`."""

import logging
import os
import sys
import timeit
from contextlib import redirect_stderr
from uuid import UUID

from adapters.http.observing import Observation
from adapters.http.request_log import log_request
from entrypoints.logs import configure_logs

CALLS = 5000
SEEN = Observation(
    request_id="01980d5c-0c00-7000-8000-3d2f6c1a9b55",
    method="GET",
    route="/v1/events/{event_id}/",
    status=200,
    duration_s=0.00123,
    user_id=UUID(int=1),
    is_complete=True,
)


def microseconds() -> float:
    """Of the quickest round: the others were disturbed."""
    rounds = timeit.repeat(lambda: log_request(SEEN), number=CALLS, repeat=7)
    return round(min(rounds) / CALLS * 1e6, 1)


def main() -> None:
    os.environ["LOG_FORMAT"] = "json"
    with open(os.devnull, "w") as nowhere, redirect_stderr(nowhere):
        configure_logs()
        for level in ("INFO", "WARNING"):
            logging.getLogger("turnout").setLevel(level)
            print(f"LOG_LEVEL={level}: {microseconds()} µs", file=sys.stdout)


if __name__ == "__main__":
    main()
