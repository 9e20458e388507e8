"""Indexes for event filters, search and expired sessions; built while the service is running."""

import sqlalchemy as sa

from adapters.postgres.schema.online_ddl import build_index, drop_index, validate

revision = "0005"
down_revision = "0004"

SYMBOLS = (
    "!-/:-@[-`{-~"
    r"\u00a1-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7"
    r"\u2010-\u206f\u20a0-\u20cf\u2116\u2122\u2190-\u24b5\u24ea-\u2bff"
    r"\u3001-\u3003\u3008-\u3020\u30fb"
    r"\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\U0001f000-\U0001faff"
)
TSVECTOR = sa.text(
    "(to_tsvector('simple'::regconfig,"
    f" regexp_replace(title || ' ' || description, '[{SYMBOLS}]', ' ', 'g'))"
    " || array_to_tsvector(string_to_array("
    f"regexp_replace(title || ' ' || description, '[^{SYMBOLS}]+', '', 'g'), NULL)))".replace(
        ":", r"\:"
    )
)


def upgrade() -> None:
    validate("events_type_check", "events")
    build_index("events_type_idx", "events", ["type", "start_time", "id"])
    build_index("events_created_at_idx", "events", ["created_at", "id"])
    build_index("events_title_idx", "events", [sa.text("lower(title)"), "id"])
    build_index(
        "events_search_idx",
        "events",
        [TSVECTOR],
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    build_index("sessions_expires_at_idx", "sessions", ["expires_at"])


def downgrade() -> None:
    drop_index("sessions_expires_at_idx", "sessions")
    drop_index("events_search_idx", "events")
    drop_index("events_title_idx", "events")
    drop_index("events_created_at_idx", "events")
    drop_index("events_type_idx", "events")
