import tomllib
from datetime import timedelta
from email.headerregistry import Address
from ipaddress import ip_network

import pytest

from adapters.mail.smtp import Encryption, SmtpServer
from adapters.postgres.timeouts import Timeouts
from adapters.security.argon2 import Argon2Parameters
from entrypoints import VERSION
from entrypoints.settings import (
    MetricsSettings,
    TracingSettings,
    WebTimeouts,
    read_data_dir,
    read_mail_settings,
    read_metrics_settings,
    read_server_settings,
    read_settings,
    read_tracing_settings,
    read_web_timeouts,
)
from entrypoints.settings.environment import SettingsError

REQUIRED = {"DATABASE_URL": "postgresql://ada@localhost/turnout", "JWT_SECRET_KEY": "k" * 32}
ALL = (
    *REQUIRED,
    "JWT_SECRET_KEY_PREVIOUS",
    "JWT_LEEWAY",
    "SESSION_MAX_AGE",
    "REFRESH_TOKEN_REUSE_LEEWAY",
    "MAX_UPCOMING_EVENTS",
    "ARGON2_MEMORY_KIB",
    "ARGON2_PASSES",
    "ARGON2_LANES",
    "ARGON2_TOTAL_MIB",
    "RATELIMIT_ENABLED",
    "RATELIMIT_STORAGE_URI",
    "RATELIMIT_PUBLISH_EVENTS",
    "RATELIMIT_EDIT_EVENTS",
    "TRUSTED_PROXIES",
    "PUBLIC_URL",
    "SMTP_URL",
    "MAIL_FROM",
    "PUBLIC_APP_URL",
    "MAIL_DIR",
    "WEBHOOK_ALLOW_PRIVATE_NETWORKS",
    "CORS_ORIGINS",
    "LOG_LEVEL",
    "LOG_FORMAT",
    "METRICS_PORT",
    "METRICS_HOST",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_SERVICE_NAME",
    "DATABASE_TYPE",
    "DATABASE_POOLER",
    "DATABASE_POOL_SIZE",
    "DATABASE_POOL_TIMEOUT",
    "DATABASE_CONNECT_TIMEOUT",
    "DATABASE_LOCK_TIMEOUT",
    "DATABASE_STATEMENT_TIMEOUT",
    "DATABASE_IDLE_TRANSACTION_TIMEOUT",
    "HOST",
    "PORT",
    "WEB_WORKERS",
    "WEB_THREADS",
    "POSTGRES_BIN_DIR",
    "WEB_KEEPALIVE",
    "WEB_TIMEOUT",
    "WEB_GRACEFUL_TIMEOUT",
    "DATA_DIR",
)


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name in ALL:
        monkeypatch.delenv(name, raising=False)
    for name, value in REQUIRED.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_the_driver_is_added_to_the_database_url():
    settings = read_settings()

    assert settings.database_url.drivername == "postgresql+psycopg2"
    assert settings.jwt_secret_key == "k" * 32


def test_settings_have_defaults():
    server = read_server_settings()

    settings = read_settings()
    assert (settings.public_url, settings.jwt_leeway) == (None, timedelta(seconds=5))

    assert (server.host, server.port) == ("127.0.0.1", 8000)
    assert str(read_data_dir()) == ".data"


@pytest.mark.parametrize("name", REQUIRED)
def test_a_missing_setting_is_named(environment, name):
    environment.delenv(name)

    with pytest.raises(SettingsError, match=f"^{name}: is not set.$"):
        read_settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", ""),
        ("DATABASE_URL", "turnout"),
        ("DATABASE_URL", "sqlite:///turnout.db"),
        ("DATABASE_URL", "mysql://ada@localhost/turnout"),
        ("DATABASE_URL", "postgresql://ada@localhost:port/turnout"),
        ("JWT_SECRET_KEY", ""),
        ("JWT_SECRET_KEY", "k" * 31),
        ("JWT_SECRET_KEY_PREVIOUS", "p" * 31),
        ("JWT_LEEWAY", "-1"),
        ("JWT_LEEWAY", "61"),
        ("JWT_LEEWAY", "0.5"),
        ("SESSION_MAX_AGE", "3599"),
        ("SESSION_MAX_AGE", "a month"),
        ("REFRESH_TOKEN_REUSE_LEEWAY", "-1"),
        ("MAX_UPCOMING_EVENTS", "0"),
        ("ARGON2_MEMORY_KIB", "1024"),
        ("ARGON2_PASSES", "0"),
        ("ARGON2_LANES", "0"),
        ("ARGON2_TOTAL_MIB", "0"),
        ("RATELIMIT_ENABLED", "perhaps"),
        ("WEBHOOK_ALLOW_PRIVATE_NETWORKS", "perhaps"),
        ("DATABASE_TYPE", "mysql"),
        ("DATABASE_POOLER", "session"),
        ("RATELIMIT_STORAGE_URI", "memcached://localhost"),
        ("RATELIMIT_PUBLISH_EVENTS", ""),
        ("RATELIMIT_PUBLISH_EVENTS", "often"),
        ("RATELIMIT_EDIT_EVENTS", "5 per minute and 7 per day"),
        ("RATELIMIT_STORAGE_URI", "redis://localhost:port"),
        ("TRUSTED_PROXIES", "10.0.0.0/8,proxy"),
        ("TRUSTED_PROXIES", "10.0.0.1/8"),
        ("PUBLIC_URL", "pages.example.org"),
        ("PUBLIC_URL", "ftp://events.example.org"),
        ("PUBLIC_URL", "https://events.example.org/turnout"),
        ("PUBLIC_URL", "https://events.example.org?x"),
        ("PUBLIC_URL", "https://ada@events.example.org"),
        ("PUBLIC_URL", "https://events.example.org\r\nX: x"),
        ("SMTP_URL", "mail.example.org"),
        ("SMTP_URL", "smtp.example.org:587"),
        ("SMTP_URL", "http://smtp.example.org"),
        ("SMTP_URL", "smtp://"),
        ("SMTP_URL", "smtp://smtp.example.org:port"),
        ("SMTP_URL", "smtp://smtp.example.org:0"),
        ("SMTP_URL", "smtp://smtp.example.org:65536"),
        ("SMTP_URL", "smtp://[::1"),
        ("SMTP_URL", "smtp://smtp.example.org/path"),
        ("SMTP_URL", "smtp://smtp.example.org?starttls=perhaps"),
        ("SMTP_URL", "smtp://smtp.example.org?tls=none"),
        ("SMTP_URL", "smtp://smtp.example.org#x"),
        ("SMTP_URL", "smtps://smtp.example.org?starttls=none"),
        ("SMTP_URL", "smtps://ada@smtp.example.org"),
        ("SMTP_URL", "smtps://:secret@smtp.example.org"),
        ("SMTP_URL", "smtps://ada:p/w@smtp.example.org"),
        ("SMTP_URL", "smtps://ada:p#w@smtp.example.org"),
        ("SMTP_URL", "smtps://ada:p%C3%A4ss@smtp.example.org"),
        ("MAIL_FROM", "ada"),
        ("MAIL_FROM", "Turnout <turnout>"),
        ("MAIL_FROM", "ada@"),
        ("MAIL_FROM", "turnout@example.org, ada@example.org"),
        ("MAIL_FROM", "Ada <ada@example.org"),
        ("MAIL_FROM", "turnout@bücher.example"),
        ("MAIL_FROM", "Turnout <turnout@example.org>\r\nBcc: ada@example.org"),
        ("MAIL_FROM", "Turnout =?utf-8?q?=0D=0ABcc:_x?= <turnout@example.org>"),
        ("PUBLIC_APP_URL", "app.example.org"),
        ("PUBLIC_APP_URL", "https://app.example.org/app"),
        ("CORS_ORIGINS", "pages.example.org"),
        ("CORS_ORIGINS", "https://app.example.org/"),
        ("CORS_ORIGINS", "https://app.example.org/app"),
        ("CORS_ORIGINS", "https://app.example.org,"),
        ("CORS_ORIGINS", "https://app.example.org\nx"),
        ("CORS_ORIGINS", "https://app.example.org:" + "9" * 5000),
        ("CORS_ORIGINS", "https://app.example.org https://other.example.org"),
        ("CORS_ORIGINS", "https://*.example.org"),
        ("CORS_ORIGINS", r"https://app\.example\.org"),
        ("CORS_ORIGINS", "https://(app|other).example.org"),
        ("CORS_ORIGINS", "https://ada@app.example.org"),
        ("CORS_ORIGINS", "https://App.example.org"),
        ("CORS_ORIGINS", "https://bücher.example.org"),
        ("CORS_ORIGINS", "https://app.example.org:443"),
        ("CORS_ORIGINS", "http://app.example.org:80"),
        ("CORS_ORIGINS", "https://app.example.org:65536"),
        ("CORS_ORIGINS", "https://app.example.org:port"),
        ("CORS_ORIGINS", "https://[::1"),
        ("CORS_ORIGINS", "ftp://app.example.org"),
        ("CORS_ORIGINS", "*,https://app.example.org"),
        ("CORS_ORIGINS", "null"),
        ("CORS_ORIGINS", " "),
        ("DATABASE_URL", "postgresql://ada@one:1,two:2,three/turnout?port=1,2"),
        ("DATABASE_POOL_SIZE", "0"),
        ("DATABASE_POOL_TIMEOUT", "0"),
        ("DATABASE_CONNECT_TIMEOUT", "0.5"),
        ("DATABASE_LOCK_TIMEOUT", "-1"),
        ("DATABASE_STATEMENT_TIMEOUT", "soon"),
        ("DATABASE_IDLE_TRANSACTION_TIMEOUT", "0"),
        ("WEB_THREADS", "0"),
        ("WEB_THREADS", "many"),
        ("WEB_WORKERS", "0"),
        ("WEB_KEEPALIVE", "0"),
        ("WEB_KEEPALIVE", "3601"),
        ("WEB_KEEPALIVE", "soon"),
        ("WEB_KEEPALIVE", "1.5"),
        ("WEB_TIMEOUT", "0"),
        ("WEB_GRACEFUL_TIMEOUT", "-1"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "http"),
        ("PORT", ""),
        ("HOST", ""),
        ("DATA_DIR", ""),
        ("DATABASE_URL", "postgresql://ada@localhost/turnout?colour=red"),
        ("METRICS_PORT", "0"),
        ("METRICS_PORT", "65536"),
        ("METRICS_PORT", "metrics"),
        ("METRICS_PORT", "8000"),  # the service's own
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "grpc://collector:4317"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http:///traces"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:port"),
    ],
)
def test_an_invalid_setting_is_named_in_one_line_without_its_value(environment, name, value):
    environment.setenv(name, value)

    with pytest.raises(SettingsError, match=f"^{name}: ") as exc_info:
        read_settings()
        read_server_settings()
        read_web_timeouts()
        read_data_dir()
        read_metrics_settings()
        read_tracing_settings()
        read_mail_settings()

    assert "\n" not in str(exc_info.value)
    assert len(value) < 3 or value not in str(exc_info.value)


def test_keys_are_not_in_the_representation(environment):
    environment.setenv("JWT_SECRET_KEY_PREVIOUS", "p" * 32)

    assert "kkk" not in repr(read_settings())
    assert "ppp" not in repr(read_settings())


def test_account_settings_are_read(environment):
    values = {
        "JWT_SECRET_KEY_PREVIOUS": "p" * 32,
        "SESSION_MAX_AGE": "7200",
        "REFRESH_TOKEN_REUSE_LEEWAY": "2.5",
        "MAX_UPCOMING_EVENTS": "50",
        "ARGON2_MEMORY_KIB": "65536",
        "ARGON2_PASSES": "3",
        "ARGON2_LANES": "4",
        "ARGON2_TOTAL_MIB": "512",
        "RATELIMIT_ENABLED": "false",
        "RATELIMIT_STORAGE_URI": "redis://localhost/1",
        "RATELIMIT_PUBLISH_EVENTS": "5/minute,7/day",
        "RATELIMIT_EDIT_EVENTS": "9/hour",
        "TRUSTED_PROXIES": "10.0.0.0/8, ::1",
        "JWT_LEEWAY": "0",
        "PUBLIC_URL": "https://events.example.org/",
    }
    for name, value in values.items():
        environment.setenv(name, value)

    settings = read_settings()

    assert settings.jwt_secret_key_previous == "p" * 32
    assert settings.session_max_age == timedelta(hours=2)
    assert settings.refresh_token_reuse_leeway == timedelta(seconds=2.5)
    assert settings.max_upcoming_events == 50
    assert settings.argon2 == Argon2Parameters(memory_kib=65536, passes=3, lanes=4)
    assert settings.argon2_total_mib == 512
    assert not settings.ratelimit_enabled
    assert settings.ratelimit_storage_uri == "redis://localhost/1"
    assert settings.ratelimit_publish_events == "5/minute,7/day"
    assert settings.ratelimit_edit_events == "9/hour"
    assert settings.trusted_proxies == (ip_network("10.0.0.0/8"), ip_network("::1"))
    assert settings.jwt_leeway == timedelta(0)
    assert settings.public_url == "https://events.example.org"


@pytest.mark.parametrize(
    ("text", "origins"),
    [
        ("", ()),
        ("*", ("*",)),
        ("https://app.example.org", ("https://app.example.org",)),
        (
            "http://localhost:3000, http://[::1]:8080",
            ("http://localhost:3000", "http://[::1]:8080"),
        ),
        ("https://a.example.org:80,http://b_c", ("https://a.example.org:80", "http://b_c")),
    ],
)
def test_cors_origins_are_read(environment, text, origins):
    environment.setenv("CORS_ORIGINS", text)

    assert read_settings().cors_origins == origins


def test_without_a_mail_server_the_other_mail_settings_have_defaults(environment):
    for value in (None, ""):  # docker-compose passes empty values
        if value is not None:
            for name in ("SMTP_URL", "MAIL_FROM", "PUBLIC_APP_URL", "MAIL_DIR"):
                environment.setenv(name, value)

        settings = read_mail_settings()

        assert (settings.server, settings.directory, settings.is_mailing) == (None, None, False)
        assert str(settings.sender) == "Turnout <turnout@localhost>"
        assert settings.app_url == "http://localhost:3000"


@pytest.mark.parametrize("name", ["MAIL_FROM", "PUBLIC_APP_URL"])
def test_a_mail_server_requires_the_other_mail_settings(environment, name):
    environment.setenv("SMTP_URL", "smtps://smtp.example.org")
    environment.setenv("MAIL_FROM", "turnout@example.org")
    environment.setenv("PUBLIC_APP_URL", "https://app.example.org")
    environment.delenv(name)

    with pytest.raises(SettingsError, match=f"^{name}: is not set.$"):
        read_mail_settings()


@pytest.mark.parametrize(
    ("url", "server"),
    [
        (
            "smtps://ada%40example.org:p%2Fw%3A%201@smtp.example.org",
            SmtpServer("smtp.example.org", 465, Encryption.TLS, "ada@example.org", "p/w: 1"),
        ),
        ("smtps://[::1]:2465/", SmtpServer("::1", 2465, Encryption.TLS)),
        ("smtp://smtp.example.org", SmtpServer("smtp.example.org", 587, Encryption.STARTTLS)),
        ("smtp://mailpit:1025?starttls=none", SmtpServer("mailpit", 1025, Encryption.NONE)),
        ("smtp://localhost:25", SmtpServer("localhost", 25, Encryption.NONE)),
        ("smtp://127.0.0.2:25", SmtpServer("127.0.0.2", 25, Encryption.NONE)),
        ("smtp://[::1]:25", SmtpServer("::1", 25, Encryption.NONE)),
        ("smtp://10.0.0.1:25", SmtpServer("10.0.0.1", 25, Encryption.STARTTLS)),
        (
            "smtp://localhost:25?starttls=required",
            SmtpServer("localhost", 25, Encryption.STARTTLS),
        ),
    ],
)
def test_mail_settings_are_read(environment, url, server):
    environment.setenv("SMTP_URL", url)
    environment.setenv("MAIL_FROM", '"Turnout, Zürich" <turnout@example.org>')
    environment.setenv("PUBLIC_APP_URL", "https://app.example.org/")

    settings = read_mail_settings()

    assert settings.server == server
    assert settings.sender == Address("Turnout, Zürich", "turnout", "example.org")
    assert settings.app_url == "https://app.example.org"


@pytest.mark.parametrize(
    "mail",
    [
        {"MAIL_DIR": "mail"},
        {
            "SMTP_URL": "smtps://smtp.example.org",
            "MAIL_FROM": "turnout@example.org",
            "PUBLIC_APP_URL": "https://app.example.org",
        },
    ],
)
def test_mail_is_enabled_by_a_server_or_a_directory(environment, mail):
    assert not read_settings().is_mailing

    for name, value in mail.items():
        environment.setenv(name, value)

    assert read_settings().is_mailing


def test_webhooks_to_private_networks_are_refused_by_default(environment):
    assert not read_settings().webhooks_allow_private_networks

    environment.setenv("WEBHOOK_ALLOW_PRIVATE_NETWORKS", "true")

    assert read_settings().webhooks_allow_private_networks


def test_metrics_and_tracing_are_off_by_default(environment):
    assert read_metrics_settings() is None
    assert read_tracing_settings() is None

    environment.setenv("METRICS_PORT", "9464")
    environment.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4318")

    assert read_metrics_settings() == MetricsSettings("127.0.0.1", 9464)
    assert read_tracing_settings() == TracingSettings("turnout")


def test_database_settings_are_read(environment):
    values = {
        "DATABASE_POOL_SIZE": "5",
        "DATABASE_POOL_TIMEOUT": "0.5",
        "DATABASE_CONNECT_TIMEOUT": "3",
        "DATABASE_LOCK_TIMEOUT": "0.25",
        "DATABASE_STATEMENT_TIMEOUT": "2.5",
        "DATABASE_IDLE_TRANSACTION_TIMEOUT": "7",
    }
    for name, value in values.items():
        environment.setenv(name, value)

    settings = read_settings()

    assert settings.database_pool_size == 5
    assert settings.database_timeouts == Timeouts(
        connect=3, pool=0.5, lock=0.25, statement=2.5, idle_in_transaction=7
    )


def test_web_timeouts_are_read(environment):
    assert read_web_timeouts() == WebTimeouts()
    for name, value in {"KEEPALIVE": "75", "TIMEOUT": "60", "GRACEFUL_TIMEOUT": "20"}.items():
        environment.setenv(f"WEB_{name}", value)

    assert read_web_timeouts() == WebTimeouts(keepalive=75, process=60, graceful=20)


def test_the_pool_size_defaults_to_the_number_of_threads(environment):
    environment.setenv("WEB_THREADS", "3")

    assert read_settings().database_pool_size == 3


def test_the_version_matches_pyproject(pytestconfig):
    project = tomllib.loads((pytestconfig.rootpath / "pyproject.toml").read_text())["project"]

    assert project["version"] == VERSION


def test_a_dotenv_file_is_not_read(environment, tmp_path):
    (tmp_path / ".env").write_text("PORT=9000\n")
    environment.chdir(tmp_path)

    assert read_server_settings().port == 8000
