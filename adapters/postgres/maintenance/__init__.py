"""Database work outside of requests: backup, purge, verification."""
