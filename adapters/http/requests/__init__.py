"""Requests: validation, authentication, parsing."""
