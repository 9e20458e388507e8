"""Two instances, a pooler between them and PostgreSQL, and a Redis: make test-scale"""
