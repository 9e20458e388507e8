"""Accounts, sessions, events and attendances."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("username", sa.Text(collation="C"), nullable=False),
        sa.Column("email", sa.Text),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="users_pkey"),
    )
    op.create_index("users_username_key", "users", [sa.text("lower(username)")], unique=True)

    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("refresh_token_hash", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="sessions_pkey"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="sessions_user_id_fkey", ondelete="CASCADE"
        ),
    )
    op.create_index("sessions_user_id_idx", "sessions", ["user_id"])

    op.create_table(
        "events",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("creator_id", sa.Uuid, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("start_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("capacity", sa.Integer, nullable=False),
        sa.Column("attendees_count", sa.Integer, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="events_pkey"),
        sa.ForeignKeyConstraint(["creator_id"], ["users.id"], name="events_creator_id_fkey"),
        sa.CheckConstraint("start_time < end_time", name=op.f("events_schedule_check")),
        sa.CheckConstraint("capacity BETWEEN 1 AND 1000000", name=op.f("events_capacity_check")),
        sa.CheckConstraint(
            "attendees_count BETWEEN 0 AND capacity", name=op.f("events_attendees_count_check")
        ),
    )
    op.create_index("events_start_time_idx", "events", ["start_time", "id"])
    op.create_index("events_end_time_idx", "events", ["end_time"])
    op.create_index("events_creator_id_idx", "events", ["creator_id", "start_time", "id"])

    op.create_table(
        "attendances",
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "user_id", name="attendances_pkey"),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name="attendances_event_id_fkey", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="attendances_user_id_fkey"),
    )
    op.create_index(
        "attendances_registration_idx", "attendances", ["event_id", "registered_at", "user_id"]
    )
    op.create_index("attendances_user_id_idx", "attendances", ["user_id", "event_id"])


def downgrade() -> None:
    op.drop_table("attendances")
    op.drop_table("events")
    op.drop_table("sessions")
    op.drop_table("users")
