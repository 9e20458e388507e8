import tomllib

import pytest

from entrypoints import VERSION
from entrypoints.settings import (
    SettingsError,
    read_data_dir,
    read_server_settings,
    read_settings,
)

GOOD = {"DATABASE_URL": "postgresql://ada@localhost/turnout", "JWT_SECRET_KEY": "k" * 32}
ALL = (*GOOD, "HOST", "PORT", "WEB_WORKERS", "WEB_THREADS", "DATA_DIR")


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name in ALL:
        monkeypatch.delenv(name, raising=False)
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_good_settings_are_taken_and_the_driver_is_ours():
    settings = read_settings()

    assert settings.database_url.drivername == "postgresql+psycopg2"
    assert settings.jwt_secret_key == "k" * 32


def test_what_is_not_set_has_a_default():
    server = read_server_settings()

    assert (server.host, server.port) == ("127.0.0.1", 8000)
    assert str(read_data_dir()) == ".data"


@pytest.mark.parametrize("name", GOOD)
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
        ("WEB_THREADS", "0"),
        ("WEB_THREADS", "many"),
        ("WEB_WORKERS", "0"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "http"),
        ("PORT", ""),
        ("HOST", ""),
        ("DATA_DIR", ""),
        ("DATABASE_URL", "postgresql://ada@localhost/turnout?colour=red"),
    ],
)
def test_a_bad_setting_is_named_in_one_line_without_its_value(environment, name, value):
    environment.setenv(name, value)

    with pytest.raises(SettingsError, match=f"^{name}: ") as refusal:
        read_settings()
        read_server_settings()
        read_data_dir()

    assert "\n" not in str(refusal.value)
    assert len(value) < 3 or value not in str(refusal.value)


def test_the_key_does_not_show():
    assert "kkk" not in repr(read_settings())


def test_every_setting_is_in_the_example_file(pytestconfig):
    example = (pytestconfig.rootpath / ".env.example").read_text()

    for name in ALL:
        assert f"{name}=" in example


def test_the_version_is_the_projects(pytestconfig):
    project = tomllib.loads((pytestconfig.rootpath / "pyproject.toml").read_text())["project"]

    assert project["version"] == VERSION
