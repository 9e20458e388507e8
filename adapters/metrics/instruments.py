"""All that the workers measure, by name."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

# Seconds: a read takes some milliseconds, a login some dozen, and waits end after one or two.
BUCKETS_S = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)


class Instruments:
    """Those of one application. Where PROMETHEUS_MULTIPROC_DIR is set, workers count together."""

    def __init__(self) -> None:
        own = CollectorRegistry()
        # Gauges are summed over the workers that live: what a dead one had under way is no more.
        self.duration = Histogram(
            "turnout_http_request_duration_seconds",
            "Until an answer was handed over whole.",
            ("method", "route", "status"),
            buckets=BUCKETS_S,
            registry=own,
        )
        self.in_flight = Gauge(
            "turnout_http_requests_in_flight",
            "Requests that are being answered.",
            multiprocess_mode="livesum",
            registry=own,
        )
        self.refusals = Counter(
            "turnout_refusals_total",
            "Requests that were answered with a problem, by its code.",
            ("code",),
            registry=own,
        )
        self.connections = Gauge(
            "turnout_database_connections_in_use",
            "Connections to the database that are lent to a request.",
            multiprocess_mode="livesum",
            registry=own,
        )
        self.logins = Counter(
            "turnout_logins_total",
            "Attempts to log in that came to a password: succeeded or failed.",
            ("outcome",),
            registry=own,
        )
        self.seats_taken = Counter(
            "turnout_seats_taken_total", "Seats that people took.", registry=own
        )
        self.seats_given_back = Counter(
            "turnout_seats_given_back_total",
            "Seats that people gave back; those of deleted events are not.",
            registry=own,
        )
