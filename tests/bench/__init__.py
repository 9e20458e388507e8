"""How fast the service is, beside what bare Flask and PostgreSQL can do: `make bench`."""
