"""Sends spans. The OpenTelemetry packages read the OTEL_ variables themselves."""

import os

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import set_tracer_provider

# With the default, 10, an unresponsive collector would delay a worker's exit by 20 s.
SEND_TIMEOUT_S = ("OTEL_EXPORTER_OTLP_TIMEOUT", "2")


def send_spans(service_name: str, version: str) -> None:
    """Send in a thread, and at exit. Call after forking: threads do not survive a fork."""
    os.environ.setdefault(*SEND_TIMEOUT_S)
    attributes = {"service.name": service_name, "service.version": version}
    provider = TracerProvider(resource=Resource.create(attributes))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    set_tracer_provider(provider)
