"""Hypothesis strategies for events and for list queries."""

from hypothesis import strategies as st

HOURS = st.integers(-1, 6)
# Hours from now. Registration is usually unbounded, and otherwise often open now.
TIMES = st.fixed_dictionaries(
    {
        "start": HOURS,
        "end": st.integers(1, 8),
        "opens": st.none() | st.integers(-2, 2),
        "closes": st.none() | st.integers(0, 5),
    }
)
NEW_TIMES = st.fixed_dictionaries(
    {},
    optional={
        "start": HOURS,
        "end": HOURS,
        "opens": st.none() | HOURS,
        "closes": st.none() | HOURS,
    },
)
VISIBILITY = st.sampled_from(["public", "public", "unlisted"])
ATTENDEES_VISIBLE_TO = st.sampled_from(["everyone", "attendees", "organiser"])
DESCRIPTIONS = st.fixed_dictionaries(
    {
        "title": st.sampled_from(["Tea", "teapot", "Coffee and tea"]),
        "type": st.sampled_from(["meetup", "other"]),
        "state": st.sampled_from(["draft", "published", "published"]),
        "visibility": VISIBILITY,
        "attendees_visible_to": ATTENDEES_VISIBLE_TO,
    }
)
REASONS = st.sampled_from(["", "It rains."])
SORTS = ["start_time", "created_at", "title", "attendees_count"]
FLAGS = st.sampled_from(["true", "false"])
QUERIES = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(["upcoming", "ongoing", "past"]),
        "state": st.sampled_from(["draft", "published", "cancelled"]),
        "registration": st.just("open"),
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
