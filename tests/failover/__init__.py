"""Failover of the database under load, with real processes: `make test-failover`."""
