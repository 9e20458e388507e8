"""How fast the service is, beside bare Flask and PostgreSQL, or another checkout: `make bench`."""
