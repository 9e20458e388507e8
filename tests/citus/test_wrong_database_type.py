"""The service and the commands use a distributed database without DATABASE_TYPE=citus."""

import pytest

from entrypoints.settings import POSTGRESQL
from tests.applications import an_app
from tests.e2e.client import an_event_body
from tests.processes import run_cli

ADA = {"username": "ada", "password": "correct horse battery"}


def test_changes_respond_with_503(distributed):
    with an_app(distributed) as app, an_app(distributed, database_type=POSTGRESQL) as wrong:
        app.test_client().post("/v1/profile/signup/", json=ADA)
        token = app.test_client().post("/v1/profile/token/", json=ADA).json["access_token"]
        headers = {"Authorization": f"Bearer {token}"}

        def post(app, path, body):
            return app.test_client().post(path, json=body, headers=headers)

        path = post(app, "/v1/events/", an_event_body()).headers["Location"]
        responses = [
            post(wrong, "/v1/profile/signup/", ADA | {"username": "grace"}),
            post(wrong, "/v1/events/", an_event_body()),
            post(wrong, f"{path}attend/", None),
        ]

    assert [response.status_code for response in responses] == [503] * 3


@pytest.mark.parametrize("arguments", [["seed-demo"], ["verify-data"], ["purge"]], ids=str)
def test_commands_say_so_in_one_line(distributed, pytestconfig, arguments):
    url = distributed.render_as_string(hide_password=False)
    settings = {"DATABASE_URL": url, "DATABASE_TYPE": POSTGRESQL}

    result = run_cli(pytestconfig.rootpath, *arguments, **settings)

    assert result.returncode == 1
    assert result.stderr.startswith("turnout: DATABASE_TYPE: does not fit the database: ")
    assert result.stderr.count("\n") == 1
