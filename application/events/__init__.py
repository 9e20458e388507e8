"""Publishing, finding and attending events."""
