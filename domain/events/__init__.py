"""Events and their seats."""
