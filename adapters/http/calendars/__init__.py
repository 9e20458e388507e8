"""Calendars over HTTP: iCalendar files (RFC 5545) and secret feeds."""
