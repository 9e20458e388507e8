"""Errors of webhooks."""

from uuid import UUID

from domain.errors import Conflict, Invalid, NotFound


class WebhookNotFound(NotFound):
    code = "webhook_not_found"

    def __init__(self, webhook_id: UUID) -> None:
        super().__init__(f"Webhook {webhook_id} not found.")
        self.webhook_id = webhook_id


class DeliveryNotFound(NotFound):
    code = "delivery_not_found"

    def __init__(self, delivery_id: UUID) -> None:
        super().__init__(f"Delivery {delivery_id} not found.")
        self.delivery_id = delivery_id


class TooManyWebhooks(Conflict):
    code = "too_many_webhooks"

    def __init__(self, maximum: int) -> None:
        super().__init__(f"You already have the maximum of {maximum} webhooks. Delete one.")
        self.maximum = maximum


class WebhookDisabled(Conflict):
    code = "webhook_disabled"

    def __init__(self) -> None:
        super().__init__("This webhook is disabled. Enable it first.")


class WebhookUrlRefused(Invalid):
    """The URL is valid, but requests to it are not allowed."""

    code = "webhook_url_refused"

    def __init__(self, problem: str) -> None:
        super().__init__("url", problem)
