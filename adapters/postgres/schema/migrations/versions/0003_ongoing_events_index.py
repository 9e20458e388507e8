"""An index that finds ongoing events without scanning past ones."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_index(
        "events_period_idx",
        "events",
        [sa.text("tstzrange(start_time, end_time)")],
        postgresql_using="gist",
    )


def downgrade() -> None:
    op.drop_index("events_period_idx", "events")
