from typing import TYPE_CHECKING

from sqlalchemy.engine import URL

from entrypoints.settings import (
    Settings,
    read_argon2_parameters,
    read_database_timeouts,
    read_database_type,
    read_is_database_pooled,
)

if TYPE_CHECKING:
    from entrypoints.container import Container

NO_KEY = ""


def container_on(url: URL) -> "Container":
    """The application, without a key: commands sign no tokens. Raises SettingsError."""
    # Imported here: most commands do not need the whole application.
    from entrypoints.container import Container

    settings = Settings(
        url,
        jwt_secret_key=NO_KEY,
        argon2=read_argon2_parameters(),
        database_timeouts=read_database_timeouts(),
        database_type=read_database_type(),
        is_database_pooled=read_is_database_pooled(),
    )
    return Container(settings=settings)
