"""The tables and columns that only a distributed database has."""

from sqlalchemy import Column, MetaData, Table, Text, Uuid

from adapters.postgres.schema import tables

metadata = MetaData()
# Instead of the unique index on `users`: a unique constraint has to include the distribution
# column, and users are distributed by id.
usernames = Table(
    "usernames",
    metadata,
    Column("name", Text(collation="C"), primary_key=True),  # in lower case
    Column("user_id", Uuid, nullable=False),
)
outbox = tables.outbox.to_metadata(metadata)
# The distribution column: the event's id, so that a change of an event and its messages are on one
# worker; for other messages their own id.
outbox.append_column(Column("shard_key", Uuid, nullable=False))
