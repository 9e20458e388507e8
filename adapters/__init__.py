"""The outside: PostgreSQL, HTTP, password hashing, tokens and the wall clock."""
