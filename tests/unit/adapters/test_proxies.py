from ipaddress import ip_network

import pytest
from flask import Flask, request

from adapters.http.requests.proxies import client_address, trust_proxies

TRUSTED = (ip_network("10.0.0.0/8"), ip_network("::1/128"))


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "client"),
    [
        ("192.0.2.1", "", "192.0.2.1"),
        ("192.0.2.1", "198.51.100.7", "192.0.2.1"),  # an untrusted peer's header is ignored
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("::1", "2001:db8::7", "2001:db8::7"),
        (
            "10.0.0.1",
            "203.0.113.9, 198.51.100.7",
            "198.51.100.7",
        ),  # the first was sent by the client
        ("10.0.0.1", "198.51.100.7,10.0.0.2", "198.51.100.7"),  # two proxies
        ("10.0.0.1", "198.51.100.7, nonsense", "10.0.0.1"),
        ("10.0.0.1", "nonsense, 198.51.100.7", "198.51.100.7"),
        ("::ffff:10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("", "198.51.100.7", ""),
    ],
)
def test_the_client_is_the_last_address_that_is_no_trusted_proxy(peer, forwarded_for, client):
    assert client_address(peer, forwarded_for.split(","), TRUSTED) == client


@pytest.mark.parametrize(
    ("peer", "forwarded_proto", "scheme"),
    [
        ("10.0.0.1", "https", "https"),
        ("10.0.0.1", "http", "http"),
        ("10.0.0.1", None, "http"),
        ("10.0.0.1", "javascript", "http"),
        ("10.0.0.1", "https, http", "http"),
        ("192.0.2.1", "https", "http"),  # an untrusted peer's header is ignored
    ],
)
def test_the_scheme_is_taken_from_trusted_proxies(peer, forwarded_proto, scheme):
    app = Flask("links")
    app.add_url_rule("/", "home", lambda: request.scheme)
    trust_proxies(app, TRUSTED)

    response = app.test_client().get(
        "/",
        environ_base={"REMOTE_ADDR": peer},
        headers={"X-Forwarded-Proto": forwarded_proto} if forwarded_proto else {},
    )

    assert response.text == scheme
