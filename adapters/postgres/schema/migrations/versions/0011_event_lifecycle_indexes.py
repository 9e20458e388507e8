"""Indexes of cancelled and hidden events; built while the service is running."""

import sqlalchemy as sa

from adapters.postgres.schema.online_ddl import build_index, drop_index, validate

revision = "0011"
down_revision = "0010"

CHECKS = ("state", "cancellation", "visibility", "attendees_visible_to")


def upgrade() -> None:
    for name in CHECKS:
        validate(f"events_{name}_check", "events")
    build_index(
        "events_cancelled_idx",
        "events",
        ["start_time", "id"],
        postgresql_where=sa.text("state = 'cancelled'"),
    )
    build_index(
        "events_hidden_idx",
        "events",
        ["start_time", "id"],
        postgresql_include=["creator_id"],
        postgresql_where=sa.text("state = 'draft' OR visibility = 'unlisted'"),
    )


def downgrade() -> None:
    drop_index("events_hidden_idx", "events")
    drop_index("events_cancelled_idx", "events")
