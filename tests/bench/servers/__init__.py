"""Which server serves the application best on this machine."""
