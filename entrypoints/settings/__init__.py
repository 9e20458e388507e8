"""Settings, read from the environment and validated once, at startup."""

from entrypoints.settings.database import (
    CITUS,
    POSTGRESQL,
    read_database_timeouts,
    read_database_type,
    read_database_url,
    read_is_database_pooled,
)
from entrypoints.settings.environment import SettingsError
from entrypoints.settings.local import read_data_dir, read_postgres_bin_dir
from entrypoints.settings.mail import MailSettings, read_mail_settings
from entrypoints.settings.service import (
    Settings,
    read_argon2_parameters,
    read_jwt_secret_key,
    read_settings,
)
from entrypoints.settings.telemetry import (
    LogSettings,
    MetricsSettings,
    TracingSettings,
    read_log_settings,
    read_metrics_settings,
    read_tracing_settings,
    read_worker_metrics_settings,
)
from entrypoints.settings.web import (
    ServerSettings,
    WebTimeouts,
    read_server_settings,
    read_web_timeouts,
)
from entrypoints.settings.webhooks import read_webhooks_allow_private_networks
from entrypoints.settings.worker import WorkerSettings, read_worker_settings

__all__ = [
    "CITUS",
    "POSTGRESQL",
    "LogSettings",
    "MailSettings",
    "MetricsSettings",
    "ServerSettings",
    "Settings",
    "SettingsError",
    "TracingSettings",
    "WebTimeouts",
    "WorkerSettings",
    "read_argon2_parameters",
    "read_data_dir",
    "read_database_timeouts",
    "read_database_type",
    "read_database_url",
    "read_is_database_pooled",
    "read_jwt_secret_key",
    "read_log_settings",
    "read_mail_settings",
    "read_metrics_settings",
    "read_postgres_bin_dir",
    "read_server_settings",
    "read_settings",
    "read_tracing_settings",
    "read_web_timeouts",
    "read_webhooks_allow_private_networks",
    "read_worker_metrics_settings",
    "read_worker_settings",
]
