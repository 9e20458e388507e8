"""Middleware of every request: request ids, records, the request log."""
