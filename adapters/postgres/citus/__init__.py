"""The adapters for a database that Citus distributes, where they differ from plain PostgreSQL."""
