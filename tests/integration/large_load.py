"""What is asked of much data, as statements and as names of tests."""

from datetime import UTC, datetime

from adapters.postgres.events.filters import Shape, values_of
from adapters.postgres.events.statements import page_of_events, values_of_walk
from adapters.postgres.pages import values_of_window
from application.pages import Window
from tests.bench.dataset import person_id

NOW = datetime.now(UTC)
FIRST = Window(20, is_counted=False)


def told(value):
    """The same in every run: an instant by its distance from now."""
    if isinstance(value, dict):
        return " ".join(f"{name}={told(each)}" for name, each in value.items()) or "no filter"
    return f"now{(value - NOW).days:+}d" if isinstance(value, datetime) else str(value)


def asked(criteria, window):
    """A page as a statement, and its values."""
    page = page_of_events(
        Shape.of(criteria), is_after=window.after is not None, is_counted=window.is_counted
    )
    values = values_of(criteria, person_id(5), NOW) | values_of_window(window)
    return page, values | values_of_walk(window)
