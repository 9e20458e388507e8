"""The worker: delivers messages to webhooks and by mail."""
