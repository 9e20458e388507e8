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
    """The path of a valid feed."""
    client.post("/v1/profile/signup/", json=ACCOUNT)
    token = client.post("/v1/profile/token/", json=ACCOUNT).json["access_token"]
    response = client.post("/v1/profile/calendar/", headers={"Authorization": f"Bearer {token}"})
    return response.headers["Location"].removeprefix("http://localhost")


def test_a_feed_secret_is_in_no_log_and_no_problem(client, path, caplog, monkeypatch):
    def fail(reader, sql, values, caller=None):
        raise ZeroDivisionError

    caplog.set_level(logging.DEBUG)
    request = partial(client.open, buffered=True)  # a line is logged when the response is closed
    with capture_logs() as lines:
        responses = [
            request(path, headers={"Host": "a b"}),
            request(path, method="POST"),
            request(f"{path}/x"),
            request(f"{path}/?x=1", headers={"Accept": "text/html"}),
            request(path.replace(".ics", "_.ics")),
        ]
        monkeypatch.setattr(Reader, "rows", fail)
        responses.append(request(path))

    assert [response.status_code for response in responses] == [400, 405, 404, 406, 404, 500]
    assert "GET /v1/calendars/<secret>.ics failed" in caplog.text
    assert [line["status"] for line in lines] == [response.status_code for response in responses]
    secret = path.rpartition("/")[2].removesuffix(".ics")
    fields = str([vars(record) for record in caplog.records])
    for text_logged in (
        caplog.text,
        fields,
        str(lines),
        *(response.text for response in responses),
    ):
        assert secret not in text_logged


def test_a_feed_secret_is_not_in_the_database(client, path, empty_database):
    secret = path.rpartition("/")[2].removesuffix(".ics")

    with empty_database.connect() as connection:
        [row] = connection.execute(text("SELECT * FROM calendar_feeds"))

    assert client.get(path).status_code == 200
    assert len(row.secret_hash) == 32
    assert secret.encode() not in bytes(row.secret_hash)
    assert secret not in str(row)
