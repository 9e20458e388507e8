"""Kinds, places and revisions of events, words to find them by; keys of requests; calendars."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"

SYMBOLS = (
    "!-/:-@[-`{-~"
    r"\u00a1-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7"
    r"\u2010-\u206f\u20a0-\u20cf\u2116\u2122\u2190-\u24b5\u24ea-\u2bff"
    r"\u3001-\u3003\u3008-\u3020\u30fb"
    r"\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\U0001f000-\U0001faff"
)
WORDS = sa.text(
    "(to_tsvector('simple'::regconfig,"
    f" regexp_replace(title || ' ' || description, '[{SYMBOLS}]', ' ', 'g'))"
    " || array_to_tsvector(string_to_array("
    f"regexp_replace(title || ' ' || description, '[^{SYMBOLS}]+', '', 'g'), NULL)))".replace(
        ":", r"\:"
    )
)


def upgrade() -> None:
    # The release before, which may run meanwhile, knows none of these: they have defaults.
    op.add_column("events", sa.Column("type", sa.Text, nullable=False, server_default="other"))
    op.add_column("events", sa.Column("location", sa.Text, nullable=False, server_default=""))
    op.add_column("events", sa.Column("revision", sa.Integer, nullable=False, server_default="0"))
    op.create_check_constraint(
        op.f("events_type_check"),
        "events",
        "type IN ('meetup', 'conference', 'workshop', 'webinar', 'social', 'other')",
    )
    # For what is written from now on. A seat taken must not write all these indexes.
    op.execute("ALTER TABLE events SET (fillfactor = 90)")
    op.create_index("events_type_idx", "events", ["type", "start_time", "id"])
    op.create_index("events_created_at_idx", "events", ["created_at", "id"])
    op.create_index("events_title_idx", "events", [sa.text("lower(title)"), "id"])
    op.create_index(
        "events_search_idx",
        "events",
        [WORDS],
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
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


def downgrade() -> None:
    op.drop_table("idempotency_keys")
    op.drop_table("calendar_feeds")
    op.execute("ALTER TABLE events RESET (fillfactor)")
    op.drop_index("events_search_idx", "events")
    op.drop_index("events_title_idx", "events")
    op.drop_index("events_created_at_idx", "events")
    op.drop_index("events_type_idx", "events")
    op.drop_column("events", "revision")
    op.drop_column("events", "location")
    op.drop_column("events", "type")
