"""Events and the seats in them."""
