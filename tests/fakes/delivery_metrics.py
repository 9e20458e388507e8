from dataclasses import dataclass, field

from application.ports.delivery_metrics import DeliveryMetrics, Outcome


@dataclass
class DeliveryMetricsInMemory(DeliveryMetrics):
    webhooks: list[tuple[Outcome, float]] = field(default_factory=list)
    mails: list[Outcome] = field(default_factory=list)

    def count_webhook(self, outcome: Outcome, seconds: float) -> None:
        self.webhooks.append((outcome, seconds))

    def count_mail(self, outcome: Outcome) -> None:
        self.mails.append(outcome)
