"""OpenTelemetry spans. Needs the extra `tracing`; only imported if tracing is enabled."""
