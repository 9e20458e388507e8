"""Calendar feeds, and the calendar of one event."""
