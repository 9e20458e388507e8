"""Webhooks: HTTP requests that tell other systems what happened to events."""
