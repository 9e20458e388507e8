"""Counters of wrong passwords."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "password_attempts",
        sa.Column("key", sa.LargeBinary, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name="password_attempts_pkey"),
    )
    op.create_index(
        "password_attempts_last_attempt_at_idx", "password_attempts", ["last_attempt_at"]
    )


def downgrade() -> None:
    op.drop_table("password_attempts")
