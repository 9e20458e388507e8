"""Password hashing, tokens and secrets."""
