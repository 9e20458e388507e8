"""Delete the deliveries of deleted webhooks."""

from datetime import datetime

from adapters.postgres.reader import Reader
from adapters.postgres.webhooks.distinct import distinct_webhooks

_deleted = f"""WITH RECURSIVE {distinct_webhooks("known", "true")}, deleted AS (
        SELECT webhook_id FROM known
        WHERE webhook_id IS NOT NULL
            AND NOT EXISTS (SELECT FROM webhooks WHERE webhooks.id = known.webhook_id)
    )
"""  # noqa: S608  # no values, only names
COUNT = f"""{_deleted}
    SELECT count(*) FROM webhook_deliveries JOIN deleted USING (webhook_id)
"""  # noqa: S608  # no values, only names
REMOVE = f"""{_deleted}, found AS (
        SELECT id FROM deleted JOIN webhook_deliveries USING (webhook_id)
        LIMIT %(limit)s
        FOR UPDATE OF webhook_deliveries SKIP LOCKED
    ), removed AS (
        DELETE FROM webhook_deliveries USING found WHERE webhook_deliveries.id = found.id
        RETURNING webhook_deliveries.id
    )
    SELECT count(*) FROM removed
"""  # noqa: S608  # no values, only names


class DeliveriesOfDeletedWebhooks:
    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def count(self, _expired_before: datetime) -> int:
        """Raises Unavailable."""
        [[count]] = self._reader.rows(COUNT, {})
        return int(count)

    def remove(self, _expired_before: datetime, limit: int) -> int:
        """Returns the number of rows removed. Skips locked rows. Raises Unavailable."""
        [[count]] = self._reader.rows(REMOVE, {"limit": limit})
        return int(count)
