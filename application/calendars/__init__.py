"""Calendars of events, for one person or for one event."""
