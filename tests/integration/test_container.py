import logging

import pytest
from dependency_injector import providers

from adapters.postgres.citus.readiness import NOT_DISTRIBUTED
from entrypoints.container import Container
from entrypoints.settings import Settings
from tests.postgres import a_database

ACCOUNT = {"username": "ada", "password": "correct horse battery"}


def test_two_applications_are_independent(postgres):
    with a_database(postgres) as first_url, a_database(postgres) as second_url:
        containers = [
            Container(settings=Settings(database_url=url, jwt_secret_key=key * 32))
            for url, key in ((first_url, "a"), (second_url, "b"))
        ]
        first, second = (container.app().test_client() for container in containers)

        assert first.post("/v1/profile/signup/", json=ACCOUNT).status_code == 201
        tokens = first.post("/v1/profile/token/", json=ACCOUNT).json
        headers = {"Authorization": f"Bearer {tokens['access_token']}"}
        assert first.get("/v1/profile/", headers=headers).status_code == 200

        assert second.post("/v1/profile/token/", json=ACCOUNT).status_code == 401
        assert second.get("/v1/profile/", headers=headers).status_code == 401
        for container in containers:
            container.engine().dispose()


@pytest.mark.parametrize(
    ("database_type", "status", "response"),
    [
        ("postgresql", 200, {"status": "ready"}),
        ("citus", 503, {"code": "not_ready", "detail": NOT_DISTRIBUTED}),
    ],
)
def test_readiness_depends_on_the_database_type(postgres, database_type, status, response):
    with a_database(postgres) as url:
        settings = Settings(database_url=url, jwt_secret_key="k" * 32, database_type=database_type)
        container = Container(settings=settings)
        readiness = container.app().test_client().get("/readyz/")
        container.engine().dispose()

    assert readiness.status_code == status
    assert readiness.json.items() >= response.items()


def test_an_unexpected_error_is_logged_and_returns_500_without_details(postgres, caplog):
    class Broken:
        def rows(self, *_):
            raise ZeroDivisionError("a secret")

    with a_database(postgres) as url:
        container = Container(settings=Settings(database_url=url, jwt_secret_key="k" * 32))
        with container.reader.override(providers.Object(Broken())):
            client = container.app().test_client()
            with caplog.at_level(logging.ERROR):
                response = client.post("/v1/profile/token/", json=ACCOUNT)
        container.engine().dispose()

    assert response.status_code == 500
    assert response.content_type == "application/problem+json"
    assert response.json["code"] == "internal_error"
    assert "secret" not in response.text
    assert "ZeroDivisionError: a secret" in caplog.text
