def distinct_webhooks(name: str, condition: str) -> str:
    """A recursive CTE: the `webhook_id` of deliveries that meet the condition, and NULL at the end.

    Steps from one webhook to the next in an index (PostgreSQL wiki, Loose indexscan), so the time
    does not depend on the number of deliveries.
    """
    return f"""
        {name} AS (
            (
                SELECT webhook_id FROM webhook_deliveries WHERE {condition}
                ORDER BY webhook_id LIMIT 1
            )
            UNION ALL
            SELECT (
                SELECT webhook_id FROM webhook_deliveries
                WHERE {condition} AND webhook_id > {name}.webhook_id
                ORDER BY webhook_id LIMIT 1
            )
            FROM {name} WHERE webhook_id IS NOT NULL
        )
    """  # noqa: S608  # no values, only names
