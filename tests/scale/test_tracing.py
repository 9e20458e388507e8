"""Spans behind a pooler, where each message starts with settings."""

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from adapters.postgres.reader import Reader
from adapters.postgres.unit_of_work import PostgresUnitOfWork
from adapters.telemetry.tracing.statements import trace_statements
from tests.postgres import backend_of
from tests.scale.pooled import pooled_engine


@pytest.fixture
def exporter():
    return InMemorySpanExporter()


@pytest.fixture
def engine(sample_data, pooler, exporter):
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with pooled_engine(pooler, sample_data) as engine:
        trace_statements(engine, provider.get_tracer("test"))
        yield engine
    provider.shutdown()


def test_a_span_is_named_after_the_statement_not_the_settings(engine, exporter):
    Reader(engine).rows("SELECT 1", {})
    with PostgresUnitOfWork(engine) as work:
        backend_of(work)
        work.commit()

    names = [span.name for span in exporter.get_finished_spans()]
    assert names[-3:] == ["SELECT", "SELECT", "COMMIT"]
