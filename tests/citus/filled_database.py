"""Rows for all tables of a plain database."""

from sqlalchemy import text

from adapters.postgres.schema.tables import metadata

INSERTS = """
    INSERT INTO users (id, username, password_hash, created_at)
    SELECT gen_random_uuid(), CASE WHEN n > 1 THEN 'User' || n END,
           CASE WHEN n > 1 THEN 'hash' END, now() FROM generate_series(1, 50) n;
    INSERT INTO sessions (id, user_id, refresh_token_hash, created_at, last_used_at, expires_at,
                          ends_at)
    SELECT gen_random_uuid(), id, sha256(id::text::bytea), now(), now(), now(), now()
    FROM users, generate_series(1, 2);
    INSERT INTO calendar_feeds SELECT id, sha256(id::text::bytea), now() FROM users;
    INSERT INTO idempotency_keys SELECT id, 'k', '', '{}', now() FROM users;
    INSERT INTO mail_tokens SELECT sha256(id::text::bytea), id, 'verify', 'a@b.example', now()
    FROM users;
    INSERT INTO events (id, creator_id, title, description, start_time, end_time, capacity,
                        attendees_count, created_at, updated_at)
    SELECT gen_random_uuid(), id, 'Tea', '“Quotes”', now(), now() + interval '1 h', 9, 2, now(),
           now() FROM users;
    INSERT INTO attendances SELECT events.id, users.id, now()
    FROM events, (SELECT id FROM users LIMIT 2) users;
    INSERT INTO waitlist_entries SELECT id, creator_id, 1, now() FROM events;
    INSERT INTO event_terms SELECT id, array_to_tsvector(ARRAY['tea']), 1 FROM events;
    INSERT INTO reminders SELECT id, start_time FROM events;
    INSERT INTO password_attempts SELECT sha256(id::text::bytea), 1, now() FROM users;
    INSERT INTO webhooks (id, user_id, url, description, secret, created_at, enabled_at)
    SELECT gen_random_uuid(), id, 'https://hook.example/', '', '', now(), now() FROM users;
    INSERT INTO webhook_deliveries (id, webhook_id, message_id, type, body, created_at, queued_at,
                                    attempts, state)
    SELECT gen_random_uuid(), id, gen_random_uuid(), 'event.created', '{}', now(), now(), 1,
           'succeeded' FROM webhooks;
    INSERT INTO mails (id, message_id, user_id, kind, data, created_at, next_attempt_at, attempts)
    SELECT gen_random_uuid(), gen_random_uuid(), id, 'reminder', '{}', now(), now(), 0 FROM users;
    INSERT INTO outbox (id, body) SELECT gen_random_uuid(), '{}' FROM users
"""


def fill(engine):
    with engine.begin() as connection:
        for statement in INSERTS.split(";"):
            connection.exec_driver_sql(statement)


def rows_of(engine):
    """All rows, by table."""
    with engine.connect() as connection:
        return {
            name: sorted(map(str, connection.execute(table.select())))
            for name, table in metadata.tables.items()
        }


def first_column(engine, statement, **values):
    with engine.connect() as connection:
        return connection.execute(text(statement), values).scalars().all()
