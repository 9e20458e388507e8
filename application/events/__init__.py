"""Events and attendance."""
