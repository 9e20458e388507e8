"""Calendars over HTTP: files of RFC 5545, and the addresses that programs read them from."""
