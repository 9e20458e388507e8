"""Responses: JSON, conditional requests, content negotiation, headers."""
