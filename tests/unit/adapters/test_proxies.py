from ipaddress import ip_network

import pytest
from flask import Flask, request

from adapters.http.requests.proxies import client_address, trust_proxies

TRUSTED = (ip_network("10.0.0.0/8"), ip_network("::1/128"))


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "client"),
    [
        ("192.0.2.1", "", "192.0.2.1"),
        ("192.0.2.1", "198.51.100.7", "192.0.2.1"),  # a stranger may claim anything
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("::1", "2001:db8::7", "2001:db8::7"),
        ("10.0.0.1", "203.0.113.9, 198.51.100.7", "198.51.100.7"),  # the first is only a claim
        ("10.0.0.1", "198.51.100.7,10.0.0.2", "198.51.100.7"),  # two proxies
        ("10.0.0.1", "198.51.100.7, nonsense", "10.0.0.1"),
        ("10.0.0.1", "nonsense, 198.51.100.7", "198.51.100.7"),
        ("::ffff:10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("", "198.51.100.7", ""),
    ],
)
def test_the_client_is_the_last_that_is_no_trusted_proxy(peer, forwarded_for, client):
    assert client_address(peer, forwarded_for.split(","), TRUSTED) == client


@pytest.mark.parametrize(
    ("peer", "forwarded_proto", "scheme"),
    [
        ("10.0.0.1", "https", "https"),
        ("10.0.0.1", "http", "http"),
        ("10.0.0.1", None, "http"),
        ("10.0.0.1", "javascript", "http"),
        ("10.0.0.1", "https, http", "http"),
        ("192.0.2.1", "https", "http"),  # a stranger may claim anything
    ],
)
def test_a_trusted_proxy_tells_whether_the_client_used_tls(peer, forwarded_proto, scheme):
    app = Flask("links")
    app.add_url_rule("/", "home", lambda: request.scheme)
    trust_proxies(app, TRUSTED)

    answer = app.test_client().get(
        "/",
        environ_base={"REMOTE_ADDR": peer},
        headers={"X-Forwarded-Proto": forwarded_proto} if forwarded_proto else {},
    )

    assert answer.text == scheme
