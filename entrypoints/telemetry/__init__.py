"""What it tells of itself: logs, metrics, traces; put together for this process."""
