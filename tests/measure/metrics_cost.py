"""What counting costs a request, in µs: .venv/bin/python -m tests.measure.metrics_cost"""

import os
from tempfile import TemporaryDirectory
from timeit import repeat

REQUESTS = 20_000
TURNS = 15


def main():
    with TemporaryDirectory() as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        # Only now: prometheus_client looks for the directory when it is imported.
        from adapters.metrics.counters import CONNECTIONS_IN_USE, RequestMetrics
        from application.ports.request_hooks import RequestRecord

        hook = RequestMetrics()
        record = RequestRecord("tea-1", "GET", route="/v1/events/{event_id}/", status=200)

        def count():
            hook.start(record)
            for _ in range(2):  # the session and the event: each checks out a connection
                CONNECTIONS_IN_USE.inc()
                CONNECTIONS_IN_USE.dec()
            hook.end(record)

        fastest = min(repeat(count, number=REQUESTS, repeat=TURNS)) / REQUESTS
    print(f"{fastest * 1e6:.1f} µs")


if __name__ == "__main__":
    main()
