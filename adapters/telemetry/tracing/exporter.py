"""Sends spans. What OTEL_ variables set, the packages read from them."""

import os

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import set_tracer_provider

# The default is 10: a collector that does not respond would delay a worker's exit by twice that.
SEND_TIMEOUT_S = ("OTEL_EXPORTER_OTLP_TIMEOUT", "2")


def send_spans(service_name: str, version: str) -> None:
    """In a thread, which a fork would not take along; sends what is left at the exit, too."""
    os.environ.setdefault(*SEND_TIMEOUT_S)
    attributes = {"service.name": service_name, "service.version": version}
    provider = TracerProvider(resource=Resource.create(attributes))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    set_tracer_provider(provider)
