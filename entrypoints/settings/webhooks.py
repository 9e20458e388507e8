"""Settings of webhooks."""

from entrypoints.settings.environment import read


def read_webhooks_allow_private_networks() -> bool:
    """Raises SettingsError."""
    is_allowed: bool = read("WEBHOOK_ALLOW_PRIVATE_NETWORKS", "bool", default=False)
    return is_allowed
