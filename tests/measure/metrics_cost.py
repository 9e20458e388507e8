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
        from adapters.http.observing import Observation
        from adapters.metrics.instruments import Instruments
        from adapters.metrics.requests import RequestMeter

        instruments = Instruments()
        meter = RequestMeter(instruments)
        seen = Observation("tea-1", "GET", "/v1/events/{event_id}/", 200, 0.004)

        def count():
            end = meter.begin(seen, {})
            for _ in range(2):  # the session and the event: a connection is lent for each
                instruments.connections.inc()
                instruments.connections.dec()
            meter.observe(seen)
            end()

        fastest = min(repeat(count, number=REQUESTS, repeat=TURNS)) / REQUESTS
    print(f"{fastest * 1e6:.1f} µs")


if __name__ == "__main__":
    main()
