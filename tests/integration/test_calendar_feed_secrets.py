import logging
from functools import partial

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from adapters.postgres.reader import Reader
from entrypoints.container import Container
from entrypoints.settings import Settings
from tests.e2e.client import PASSWORD

ACCOUNT = {"username": "ada", "password": PASSWORD}


@pytest.fixture
def client(database, empty_database):
    settings = Settings(database_url=database, jwt_secret_key="k" * 32, ratelimit_enabled=False)
    container = Container(settings=settings)
    yield container.app().test_client()
    container.engine().dispose()


@pytest.fixture
def path(client):
    """Of an address that is good."""
    client.post("/v1/profile/signup/", json=ACCOUNT)
    token = client.post("/v1/profile/token/", json=ACCOUNT).json["access_token"]
    made = client.post("/v1/profile/calendar/", headers={"Authorization": f"Bearer {token}"})
    return made.headers["Location"].removeprefix("http://localhost")


def test_an_address_is_in_no_log_and_no_problem(client, path, caplog, monkeypatch):
    def fail(reader, sql, values, caller=None):
        raise ZeroDivisionError

    caplog.set_level(logging.DEBUG)
    ask = partial(client.open, buffered=True)  # a line is written when an answer is closed
    with capture_logs() as lines:
        answers = [ask(path, headers={"Host": "a b"}), ask(path, method="POST"), ask(f"{path}/")]
        answers += [ask(f"{path}?x=1"), ask(path.replace(".ics", "_.ics"))]
        monkeypatch.setattr(Reader, "rows", fail)
        answers.append(ask(path))

    assert [answer.status_code for answer in answers] == [400, 405, 404, 422, 404, 500]
    assert "GET /v1/calendars/<secret>.ics failed" in caplog.text
    assert [line["status"] for line in lines] == [answer.status_code for answer in answers]
    secret = path.rpartition("/")[2].removesuffix(".ics")
    fields = str([vars(record) for record in caplog.records])
    for told in (caplog.text, fields, str(lines), *(answer.text for answer in answers)):
        assert secret not in told


def test_an_address_is_nowhere_in_the_database(client, path, empty_database):
    secret = path.rpartition("/")[2].removesuffix(".ics")

    with empty_database.connect() as connection:
        [row] = connection.execute(text("SELECT * FROM calendar_feeds"))

    assert client.get(path).status_code == 200
    assert len(row.secret_hash) == 32
    assert secret.encode() not in bytes(row.secret_hash)
    assert secret not in str(row)
