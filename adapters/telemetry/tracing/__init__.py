"""Spans for OpenTelemetry. Needs the extra `tracing`, and is only imported with it."""
