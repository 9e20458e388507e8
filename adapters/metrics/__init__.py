"""What Prometheus reads: counts and durations of all workers, kept in files that they share."""
