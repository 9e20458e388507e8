"""Compares the service with bare Flask and PostgreSQL, or with another checkout: `make bench`."""
