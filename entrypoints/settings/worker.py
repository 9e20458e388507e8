"""Settings of the worker."""

from dataclasses import dataclass

from sqlalchemy.engine import URL

from adapters.postgres.timeouts import Timeouts
from entrypoints.settings.database import (
    read_database_timeouts,
    read_database_type,
    read_database_url,
    read_is_database_pooled,
)
from entrypoints.settings.mail import MailSettings, read_mail_settings
from entrypoints.settings.webhooks import read_webhooks_allow_private_networks


@dataclass(frozen=True)
class WorkerSettings:
    database_url: URL
    database_timeouts: Timeouts
    database_type: str
    is_database_pooled: bool
    mail: MailSettings
    webhooks_allow_private_networks: bool


def read_worker_settings() -> WorkerSettings:
    """Raises SettingsError."""
    return WorkerSettings(
        database_url=read_database_url(),
        database_timeouts=read_database_timeouts(),
        database_type=read_database_type(),
        is_database_pooled=read_is_database_pooled(),
        mail=read_mail_settings(),
        webhooks_allow_private_networks=read_webhooks_allow_private_networks(),
    )
