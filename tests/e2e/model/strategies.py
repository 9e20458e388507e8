"""Hypothesis strategies for events and for list queries."""

from hypothesis import strategies as st

HOURS = st.integers(-1, 6)
DESCRIPTIONS = st.fixed_dictionaries(
    {
        "title": st.sampled_from(["Tea", "teapot", "Coffee and tea"]),
        "type": st.sampled_from(["meetup", "other"]),
    }
)
SORTS = ["start_time", "created_at", "title", "attendees_count"]
FLAGS = st.sampled_from(["true", "false"])
QUERIES = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(["upcoming", "ongoing", "past"]),
        "attending": FLAGS,
        "created": FLAGS,
        "available": FLAGS,
        "type": st.sampled_from(["meetup", "other", "social"]),
        "creator": st.sampled_from(["ADA", "grace", "nobody"]),
        "search": st.sampled_from(["te", "TEA co", "teap", "ea"]),
        "ends_after": HOURS,
        "ends_before": HOURS,
        "sort": st.sampled_from([*SORTS, *(f"-{each}" for each in SORTS)]),
    },
)
