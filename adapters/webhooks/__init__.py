"""Requests to the webhooks of users."""
