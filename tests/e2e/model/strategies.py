"""Hypothesis strategies for events and for list queries."""

from hypothesis import strategies as st

# Hypothesis prefers the first values, so these are valid and fill waitlists.
HOURS = st.sampled_from([1, 2, 3, 4, 5, 6, 0, -1])
CAPACITIES = st.sampled_from([1, 1, 1, 2, 3, 0])
# Hours from now.
TIMES = st.fixed_dictionaries(
    {
        "start": st.sampled_from([3, 4, 5, 6, 4, 5, 6, 2, 1, 0]),
        "end": st.integers(5, 8),
        "opens": st.sampled_from([None, None, None, -1, -1, 1]),
        "closes": st.sampled_from([None, None, None, 3, 2, 1, 0]),
    }
)
VISIBILITY = st.sampled_from(["public", "unlisted"])
ATTENDEES_VISIBLE_TO = st.sampled_from(["everyone", "attendees", "organiser"])
DETAILS = st.fixed_dictionaries(
    {
        "title": st.sampled_from(["Tea", "teapot", "Coffee and tea"]),
        "type": st.sampled_from(["meetup", "other"]),
        "state": st.sampled_from(["published", "published", "draft"]),
        "visibility": VISIBILITY,
        "attendees_visible_to": ATTENDEES_VISIBLE_TO,
        "waitlist_enabled": st.sampled_from([True, True, False]),
    }
)
CHANGES = (
    st.fixed_dictionaries({"capacity": CAPACITIES})
    | st.fixed_dictionaries({"waitlist_enabled": st.booleans()})
    | st.fixed_dictionaries(
        {"visibility": VISIBILITY, "attendees_visible_to": ATTENDEES_VISIBLE_TO}
    )
    | st.fixed_dictionaries(
        {},
        optional={
            "start": HOURS,
            "end": HOURS,
            "opens": st.none() | HOURS,
            "closes": st.none() | HOURS,
        },
    )
)
GENEROUS_CHANGES = st.fixed_dictionaries(
    {"capacity": st.sampled_from([2, 3])}, optional={"waitlist_enabled": st.booleans()}
)
REASONS = st.sampled_from(["", "It rains."])
SORTS = ["start_time", "created_at", "title", "attendees_count"]
FLAGS = st.sampled_from(["true", "false"])
FILTERS = {
    "status": st.sampled_from(["upcoming", "ongoing", "past"]),
    "state": st.sampled_from(["draft", "published", "cancelled"]),
    "registration": st.just("open"),
    "attending": FLAGS,
    "waiting": FLAGS,
    "created": FLAGS,
    "available": FLAGS,
    "type": st.sampled_from(["meetup", "other", "social"]),
    "creator": st.sampled_from(["ADA", "grace", "nobody"]),
    "search": st.sampled_from(["te", "TEA co", "teap", "ea"]),
    "ends_after": HOURS,
    "ends_before": HOURS,
}


@st.composite
def queries(draw):
    """At most two filters: with more, few lists have events."""
    names = draw(st.lists(st.sampled_from(["registration", *FILTERS]), max_size=2, unique=True))
    sort = draw(st.sampled_from([*SORTS, *(f"-{each}" for each in SORTS)]))
    return {name: draw(FILTERS[name]) for name in names} | {"sort": sort}
