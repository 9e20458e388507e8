"""Spans for OpenTelemetry; needs the extra `tracing`, and is imported only where that is asked for."""
