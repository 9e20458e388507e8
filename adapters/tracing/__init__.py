"""Spans for OpenTelemetry; needs the extra `tracing`, imported only where it is set."""
