"""Endpoints on private networks, which only development servers allow."""

from sqlalchemy import text

from tests.concurrency import wait_until
from tests.receivers import a_receiver
from tests.workers import a_worker


def test_without_the_setting_a_worker_sends_nothing_to_this_machine(database, engine, ada):
    url = database.render_as_string(hide_password=False)
    with a_receiver() as receiver, a_worker(url, WEBHOOK_ALLOW_PRIVATE_NETWORKS="false"):
        webhook = ada.new_webhook()
        with engine.begin() as connection:
            values = {"url": receiver.url.replace("http:", "https:")}
            connection.execute(text("UPDATE webhooks SET url = :url"), values)
        ada.post(f"{webhook}test/")

        def last_error():
            return ada.get(f"{webhook}deliveries/").json()["results"][0]["error"]

        wait_until(lambda: last_error() is not None, "the attempt is recorded")

        assert last_error() == "Webhooks are only sent over https, and only to public addresses."
        assert not receiver.requests
