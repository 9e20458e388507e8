"""Events and seats."""
