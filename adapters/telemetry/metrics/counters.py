"""Metrics of each worker, in prometheus_client's multiprocess mode."""

from http import HTTPMethod
from typing import Any
from uuid import UUID

from prometheus_client import Counter, Gauge, Histogram
from sqlalchemy import Engine, event

from application.ports.audit_log import AuditEvent, AuditLog
from application.ports.request_hooks import RequestHook, RequestRecord
from application.ports.seat_metrics import SeatMetrics
from domain.accounts.session import ClientInfo

REQUEST_DURATION = Histogram(
    "turnout_http_request_duration_seconds",
    "Time until the whole response was sent.",
    ("method", "route", "status"),
    # Reads take a few milliseconds, logins a few dozen; timeouts are one to two seconds.
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
REQUESTS_IN_FLIGHT = Gauge(
    "turnout_http_requests_in_flight",
    "Requests being served.",
    multiprocess_mode="livesum",
)
PROBLEMS = Counter("turnout_problems_total", "Problem documents sent, by code.", ("code",))
CONNECTIONS_IN_USE = Gauge(
    "turnout_database_connections_in_use",
    "Database connections checked out of the pool.",
    multiprocess_mode="livesum",
)
LOGINS = Counter("turnout_logins_total", "Logins by outcome: succeeded or failed.", ("outcome",))
SEATS_TAKEN = Counter("turnout_seats_taken_total", "Seats taken.")
SEATS_GIVEN_BACK = Counter(
    "turnout_seats_given_back_total",
    "Seats given back; seats of deleted events are not counted.",
)

CHECKED_OUT = "turnout_checked_out"


class RequestMetrics(RequestHook):
    """Clients cannot add label values: each combination is a time series."""

    def start(self, record: RequestRecord) -> None:
        REQUESTS_IN_FLIGHT.inc()

    def end(self, record: RequestRecord) -> None:
        REQUESTS_IN_FLIGHT.dec()
        method = record.method if record.method in HTTPMethod.__members__ else "other"
        route = record.route or "unmatched"
        REQUEST_DURATION.labels(method, route, record.status).observe(record.duration_s)
        if record.code:
            PROBLEMS.labels(record.code).inc()


class SeatCounter(SeatMetrics):
    def count(self, taken: int, given_back: int) -> None:
        SEATS_TAKEN.inc(taken)
        SEATS_GIVEN_BACK.inc(given_back)


class LoginCounter(AuditLog):
    """Counts logins, and forwards all events to another audit log."""

    def __init__(self, audit: AuditLog) -> None:
        self._audit = audit
        # Both series start at 0: Prometheus does not see the first increase of a new series.
        self._counters = {
            AuditEvent.LOGGED_IN: LOGINS.labels("succeeded"),
            AuditEvent.LOGIN_FAILED: LOGINS.labels("failed"),
        }

    def record(
        self,
        audit_event: AuditEvent,
        user_id: UUID | None,
        session_id: UUID | None = None,
        client_info: ClientInfo | None = None,
    ) -> None:
        if counter := self._counters.get(audit_event):
            counter.inc()
        self._audit.record(audit_event, user_id, session_id, client_info)


def count_connections(engine: Engine) -> None:
    def checkout(_connection: Any, record: Any, _proxy: Any) -> None:
        record.record_info[CHECKED_OUT] = True
        CONNECTIONS_IN_USE.inc()

    def checkin(_connection: Any, record: Any) -> None:
        # A connection that could not be opened is checked in without having been checked out.
        if record.record_info.pop(CHECKED_OUT, False):
            CONNECTIONS_IN_USE.dec()

    event.listen(engine, "checkout", checkout)
    event.listen(engine, "checkin", checkin)
