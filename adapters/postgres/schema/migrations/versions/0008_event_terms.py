"""Search terms of events; `migrate` computes those of existing events afterwards."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "event_terms",
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("terms", TSVECTOR, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="event_terms_pkey"),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name="event_terms_event_id_fkey", ondelete="CASCADE"
        ),
    )
    op.create_index(
        "event_terms_terms_idx",
        "event_terms",
        ["terms"],
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    # The previous release does not write terms, so delete those of a changed text.
    op.execute("""
        CREATE OR REPLACE FUNCTION remove_outdated_terms() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            DELETE FROM event_terms WHERE event_id = NEW.id;
            RETURN NULL;
        END
        $$
    """)
    op.execute("""
        CREATE TRIGGER events_outdated_terms AFTER UPDATE OF title, description ON events
        FOR EACH ROW WHEN (OLD.title <> NEW.title OR OLD.description <> NEW.description)
        EXECUTE FUNCTION remove_outdated_terms()
    """)


def downgrade() -> None:
    op.execute("DROP TRIGGER events_outdated_terms ON events")
    op.execute("DROP FUNCTION remove_outdated_terms()")
    op.drop_table("event_terms")
