"""Believable people and events, any number of them: what `seed-demo` fills a database with."""
