"""Two instances with PgBouncer, PostgreSQL and Redis: `make test-scale`."""
