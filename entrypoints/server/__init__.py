"""gunicorn, and what it needs to wait for slow clients without a thread (decision 19)."""
