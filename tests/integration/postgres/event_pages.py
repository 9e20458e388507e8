"""SQL of event pages, and readable ids for parametrized criteria."""

from datetime import UTC, datetime

from adapters.postgres.events.filters import StatementKey, filter_values
from adapters.postgres.events.statements import page_of_events, scan_values
from adapters.postgres.pages import page_values
from application.pages import PageRequest
from tests.bench.dataset import user_id

NOW = datetime.now(UTC)
FIRST = PageRequest(20, is_counted=False)


def describe(value):
    """The same in every run: an instant is shown as its distance from now."""
    if isinstance(value, dict):
        return " ".join(f"{name}={describe(each)}" for name, each in value.items()) or "no filter"
    return f"now{(value - NOW).days:+}d" if isinstance(value, datetime) else str(value)


def page_statement(criteria, page_request):
    """The statement and its values."""
    page = page_of_events(
        StatementKey.of(criteria),
        is_after=page_request.after is not None,
        is_counted=page_request.is_counted,
    )
    values = filter_values(criteria, user_id(5), NOW) | page_values(page_request)
    return page, values | scan_values(page_request)
