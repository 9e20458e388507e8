from sqlalchemy.engine import URL

from entrypoints.container import Container
from entrypoints.settings import Settings, read_argon2_parameters

NO_KEY = ""


def container_on(url: URL) -> Container:
    """What a command needs of the application, which signs no tokens here. Raises SettingsError."""
    settings = Settings(url, jwt_secret_key=NO_KEY, argon2=read_argon2_parameters())
    return Container(settings=settings)
