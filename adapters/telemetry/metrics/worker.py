"""Metrics of a worker. It is one process, so they need no multiprocess mode."""

from collections.abc import Iterable

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    Metric,
    disable_created_metrics,
    start_http_server,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from application.errors import Unavailable
from application.ports.backlogs import ReadBacklogs
from application.ports.delivery_metrics import DeliveryMetrics, Outcome


class WorkerMetrics(DeliveryMetrics):
    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry()
        self._attempts = Counter(
            "turnout_webhook_attempts_total",
            "Requests to webhooks by outcome: success, retry or failure.",
            ("outcome",),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "turnout_webhook_attempt_seconds",
            "Time until a webhook has responded, or the request has failed.",
            # An attempt takes at most 15 s.
            buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15),
            registry=self._registry,
        )
        self._mails = Counter(
            "turnout_mails_total",
            "Mails by outcome: success, retry or failure.",
            ("outcome",),
            registry=self._registry,
        )
        # Prometheus does not see the first increase of a new series.
        for outcome in Outcome:
            self._attempts.labels(outcome)
            self._mails.labels(outcome)

    def count_webhook(self, outcome: Outcome, seconds: float) -> None:
        self._attempts.labels(outcome).inc()
        self._seconds.observe(seconds)

    def count_mail(self, outcome: Outcome) -> None:
        self._mails.labels(outcome).inc()

    def serve(self, host: str, port: int, read_backlogs: ReadBacklogs) -> None:
        """Serve in a thread, with the backlogs of all workers."""
        self._registry.register(BacklogCollector(read_backlogs))
        start_http_server(port, host, self._registry)


class BacklogCollector(Collector):
    def __init__(self, read_backlogs: ReadBacklogs) -> None:
        self._read_backlogs = read_backlogs

    def collect(self) -> Iterable[Metric]:
        """Nothing while the database is unavailable."""
        try:
            backlogs = self._read_backlogs()
        except Unavailable:
            return
        for name, backlog, text in (
            ("turnout_outbox_messages", backlogs.messages, "Messages in the outbox"),
            ("turnout_deliveries_due", backlogs.deliveries, "Requests to webhooks that are due"),
            ("turnout_mails_due", backlogs.mails, "Mails that are due"),
        ):
            yield GaugeMetricFamily(name, f"{text}.", backlog.count)
            age_name = f"{name.removesuffix('_messages')}_age_seconds"
            yield GaugeMetricFamily(age_name, f"{text}: since when.", backlog.age_s)
