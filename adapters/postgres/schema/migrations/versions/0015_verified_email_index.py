"""Index of verified email addresses; built while the service is running."""

import sqlalchemy as sa

from adapters.postgres.schema.online_ddl import build_index, drop_index

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    build_index(
        "users_verified_email_idx",
        "users",
        [sa.text('lower(verified_email COLLATE "C")')],
        postgresql_where=sa.text("verified_email IS NOT NULL"),
    )


def downgrade() -> None:
    drop_index("users_verified_email_idx", "users")
