"""SQL of event pages, and readable ids for parametrized criteria."""

from datetime import UTC, datetime

from adapters.postgres.events.filters import StatementKey, filter_values
from adapters.postgres.events.statements import bounds, page_of_events
from adapters.postgres.pages import page_values
from application.pages import PageRequest
from application.ports.event_queries import MAX_SORTED
from tests.bench.dataset import user_id

NOW = datetime.now(UTC)
FIRST = PageRequest(20, is_counted=False)


def describe(value):
    """The same in every run: an instant is shown as its distance from now."""
    if isinstance(value, dict):
        return " ".join(f"{name}={describe(each)}" for name, each in value.items()) or "no filter"
    return f"now{(value - NOW).days:+}d" if isinstance(value, datetime) else str(value)


def page_statement(criteria, page_request, max_sorted=MAX_SORTED):
    """The statement and its values."""
    key = StatementKey.of(criteria)
    page = page_of_events(
        key,
        is_after=page_request.after is not None,
        is_counted=page_request.is_counted,
    )
    values = filter_values(criteria, user_id(5), NOW) | page_values(page_request)
    return page, values | bounds(page_request, key, max_sorted)
