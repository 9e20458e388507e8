from adapters.postgres.errors import MigrationsMissing
from adapters.postgres.reader import Reader
from application.ports.schema import Schema

# The newest migration. Revisions are numbers, written so that their order is that of texts.
NEWEST = "0006"


class PostgresSchema(Schema):
    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def has_all_migrations(self) -> bool:
        try:
            revisions = self._reader.rows("SELECT version_num FROM alembic_version", {})
        except MigrationsMissing:
            return False
        # Migrations add before they take away: what a newer version needs is more, not less.
        return any(revision >= NEWEST for (revision,) in revisions)
