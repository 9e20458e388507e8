"""How each table is distributed."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Table
from sqlalchemy.schema import CreateTable

from adapters.postgres.citus.tables import outbox, usernames
from adapters.postgres.schema.tables import (
    attendances,
    calendar_feeds,
    event_terms,
    events,
    idempotency_keys,
    mail_tokens,
    mails,
    password_attempts,
    reminders,
    sessions,
    users,
    waitlist_entries,
    webhook_deliveries,
    webhooks,
)
from adapters.postgres.sql import compile_sql

# Of pg_dist_partition: hash-distributed, or a single shard that is neither a reference table nor
# a table of the coordinator.
IS_DISTRIBUTED_TABLE = (
    "(partmethod = 'h' OR partmethod = 'n' AND repmodel = 's' AND colocationid <> 0)"
)


@dataclass(frozen=True)
class Distribution:
    """`changes` are statements that precede the distribution, in its transaction.

    They accept the restored backup of a distributed database, which has their results.
    Foreign keys and triggers are not among them: `distribute` drops all, and adds the foreign keys
    from `column` to the table that this one is colocated with.
    """

    table: Table
    column: str | None  # None: all rows are in one shard
    colocated_with: Table | None = None
    changes: Sequence[str] = ()

    @property
    def name(self) -> str:
        return self.table.name


# A unique constraint has to include the distribution column.
DISTRIBUTIONS = (
    Distribution(
        users,
        "id",
        changes=(
            compile_sql(CreateTable(usernames, if_not_exists=True)),
            "INSERT INTO usernames (name, user_id)"
            " SELECT lower(username), id FROM users WHERE username IS NOT NULL"
            " ON CONFLICT (name) DO NOTHING",
            "DROP INDEX IF EXISTS users_username_key",
        ),
    ),
    Distribution(usernames, "name"),
    Distribution(
        sessions,
        "user_id",
        users,
        changes=(
            "ALTER TABLE sessions DROP CONSTRAINT sessions_pkey, ADD PRIMARY KEY (user_id, id)",
            "DROP INDEX IF EXISTS sessions_user_id_idx",
        ),
    ),
    Distribution(
        calendar_feeds,
        "user_id",
        users,
        changes=(
            "DROP INDEX IF EXISTS calendar_feeds_secret_hash_key",
            "CREATE INDEX IF NOT EXISTS calendar_feeds_secret_hash_idx"
            " ON calendar_feeds (secret_hash)",
        ),
    ),
    Distribution(idempotency_keys, "user_id", users),
    Distribution(
        mail_tokens,
        "user_id",
        users,
        changes=(
            "ALTER TABLE mail_tokens"
            " DROP CONSTRAINT mail_tokens_pkey, ADD PRIMARY KEY (hash, user_id)",
        ),
    ),
    Distribution(events, "id"),
    Distribution(attendances, "event_id", events),
    Distribution(waitlist_entries, "event_id", events),
    Distribution(event_terms, "event_id", events),
    Distribution(reminders, "event_id", events),
    Distribution(
        outbox,
        "shard_key",
        events,
        changes=(
            "ALTER TABLE outbox ADD COLUMN IF NOT EXISTS shard_key uuid",
            "UPDATE outbox SET shard_key = coalesce("
            "(body::json #>> '{data,event,id}')::uuid, (body::json #>> '{data,event_id}')::uuid,"
            " id)",
            "ALTER TABLE outbox ALTER COLUMN shard_key SET NOT NULL,"
            " DROP CONSTRAINT outbox_pkey, ADD PRIMARY KEY (id, shard_key)",
        ),
    ),
    Distribution(password_attempts, "key"),
    # Their queues are read with recursive CTEs and SKIP LOCKED, which need a single shard.
    Distribution(webhooks, None),
    Distribution(webhook_deliveries, None, webhooks),
    Distribution(mails, None, webhooks),
)
