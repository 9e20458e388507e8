"""Events and attendance over HTTP."""
