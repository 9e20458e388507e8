"""The adapters that trace, around an application; only where OTEL_EXPORTER_OTLP_ENDPOINT is set."""

import os

from dependency_injector import providers
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import get_tracer, set_tracer_provider

from adapters.tracing.requests import RequestTracer
from adapters.tracing.statements import trace_statements
from entrypoints import VERSION
from entrypoints.container import Container
from entrypoints.settings import TracingSettings

# Its own is 10: a collector that says nothing would delay the end of a worker by twice that.
SEND_TIMEOUT_S = ("OTEL_EXPORTER_OTLP_TIMEOUT", "2")


def trace(container: Container) -> None:
    """Before the application is made. Nothing is sent before `send_traces`."""
    tracer = get_tracer("turnout", VERSION)
    trace_statements(container.engine(), tracer)
    companions = (*container.companions(), RequestTracer(tracer).begin)
    container.companions.override(providers.Object(companions))


def send_traces(settings: TracingSettings) -> None:
    """From this process on, by a thread that no fork takes along; what waits at the exit is sent.

    Where to, how much and by what certificates the package reads from the OTEL_ variables itself.
    """
    os.environ.setdefault(*SEND_TIMEOUT_S)
    told = {"service.name": settings.service_name, "service.version": VERSION}
    provider = TracerProvider(resource=Resource.create(told))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    set_tracer_provider(provider)
