"""Types, locations and revisions of events; idempotency keys; calendar feeds."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    # These block sign-ups, but no other requests while the statements below wait for `events`.
    op.create_table(
        "calendar_feeds",
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("secret_hash", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="calendar_feeds_pkey"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="calendar_feeds_user_id_fkey", ondelete="CASCADE"
        ),
    )
    op.create_index(
        "calendar_feeds_secret_hash_key", "calendar_feeds", ["secret_hash"], unique=True
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("key", sa.Text(collation="C"), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary, nullable=False),
        sa.Column("answer", JSONB, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "key", name="idempotency_keys_pkey"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="idempotency_keys_user_id_fkey", ondelete="CASCADE"
        ),
    )
    op.create_index("idempotency_keys_created_at_idx", "idempotency_keys", ["created_at"])
    # With defaults, because the previous release may still be running and does not set these.
    op.add_column("events", sa.Column("type", sa.Text, nullable=False, server_default="other"))
    op.add_column("events", sa.Column("location", sa.Text, nullable=False, server_default=""))
    op.add_column("events", sa.Column("revision", sa.Integer, nullable=False, server_default="0"))
    # NOT VALID: the next migration validates it without blocking reads and writes.
    op.create_check_constraint(
        op.f("events_type_check"),
        "events",
        "type IN ('meetup', 'conference', 'workshop', 'webinar', 'social', 'other')",
        postgresql_not_valid=True,
    )
    # Applies to new pages. Taking a seat must not write every index.
    op.execute("ALTER TABLE events SET (fillfactor = 90)")


def downgrade() -> None:
    op.execute("ALTER TABLE events RESET (fillfactor)")
    op.drop_column("events", "revision")
    op.drop_column("events", "location")
    op.drop_column("events", "type")
    op.drop_table("idempotency_keys")
    op.drop_table("calendar_feeds")
