"""Waitlists of events."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

COLUMNS = (
    ("waitlist_enabled", sa.Boolean, "true"),
    ("waitlist_count", sa.Integer, "0"),
    ("last_waitlist_number", sa.BigInteger, "0"),
)


def upgrade() -> None:
    # Defaults, because the previous release does not set these columns. Constants rewrite no rows.
    for name, kind, default in COLUMNS:
        op.add_column("events", sa.Column(name, kind, nullable=False, server_default=default))
    # NOT VALID: the next migration validates it without blocking reads and writes.
    op.create_check_constraint(
        op.f("events_waitlist_count_check"),
        "events",
        "waitlist_count >= 0",
        postgresql_not_valid=True,
    )
    op.create_table(
        "waitlist_entries",
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "user_id", name="waitlist_entries_pkey"),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name="waitlist_entries_event_id_fkey", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="waitlist_entries_user_id_fkey"),
    )
    op.create_index(
        "waitlist_entries_event_id_number_key",
        "waitlist_entries",
        ["event_id", "number"],
        unique=True,
    )
    op.create_index("waitlist_entries_user_id_idx", "waitlist_entries", ["user_id", "event_id"])
    op.execute("""
        CREATE FUNCTION waitlist_position(event_id uuid, user_id uuid) RETURNS bigint
        LANGUAGE plpgsql STABLE AS $$
        BEGIN
            RETURN (
                SELECT nullif(count(*), 0)
                FROM waitlist_entries AS own
                JOIN waitlist_entries AS counted ON counted.event_id = own.event_id
                WHERE own.event_id = $1 AND own.user_id = $2 AND counted.number <= own.number
            );
        END
        $$
    """)
    op.execute("""
        CREATE FUNCTION events_waited_for(user_id uuid, instant timestamptz) RETURNS uuid[]
        LANGUAGE plpgsql STABLE AS $$
        BEGIN
            RETURN ARRAY(
                SELECT events.id
                FROM waitlist_entries JOIN events ON events.id = waitlist_entries.event_id
                WHERE waitlist_entries.user_id = $1
                    AND events.state = 'published'
                    AND events.start_time > $2
            );
        END
        $$
    """)
    # The previous release knows neither states nor waitlists. It must not give a seat at an event
    # that is not published, or to somebody who then remains on the waitlist. It responds to this
    # error with 503, without retrying.
    op.execute("DROP TRIGGER require_published ON events")
    op.execute("DROP FUNCTION require_published()")
    op.execute("""
        CREATE FUNCTION check_new_seat() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.state <> 'published' THEN
                RAISE EXCEPTION 'The event is not published.' USING ERRCODE = '55000';
            END IF;
            IF NEW.waitlist_count = OLD.waitlist_count AND EXISTS (
                SELECT FROM waitlist_entries JOIN attendances USING (event_id, user_id)
                WHERE event_id = NEW.id
            ) THEN
                RAISE EXCEPTION 'An attendee is on the waitlist.' USING ERRCODE = '55000';
            END IF;
            RETURN NEW;
        END
        $$
    """)
    op.execute("""
        CREATE TRIGGER check_new_seat BEFORE UPDATE OF attendees_count ON events
        FOR EACH ROW WHEN (
            NEW.attendees_count > OLD.attendees_count
            AND (NEW.state <> 'published' OR NEW.waitlist_count > 0)
        )
        EXECUTE FUNCTION check_new_seat()
    """)


def downgrade() -> None:
    op.execute("DROP TRIGGER check_new_seat ON events")
    op.execute("DROP FUNCTION check_new_seat()")
    op.execute("""
        CREATE FUNCTION require_published() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'The event is not published.' USING ERRCODE = '55000';
        END
        $$
    """)
    op.execute("""
        CREATE TRIGGER require_published BEFORE UPDATE OF attendees_count ON events
        FOR EACH ROW WHEN (NEW.attendees_count > OLD.attendees_count AND NEW.state <> 'published')
        EXECUTE FUNCTION require_published()
    """)
    op.execute("DROP FUNCTION events_waited_for(uuid, timestamptz)")
    op.execute("DROP FUNCTION waitlist_position(uuid, uuid)")
    op.drop_table("waitlist_entries")
    for name, _, _ in reversed(COLUMNS):
        op.drop_column("events", name)
