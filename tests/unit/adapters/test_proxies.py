from ipaddress import ip_network

import pytest
from flask import Flask, request

from adapters.http.requests.proxies import client_address, parsed_address, trust_proxies

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
        ("10.0.0.1", "unknown", "10.0.0.1"),
        ("10.0.0.1", "_hidden", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.7:51234, 10.0.0.2:443", "203.0.113.7"),
        ("fe80::1%eth0", "198.51.100.7", "fe80::1"),
        ("::ffff:192.0.2.1", "", "192.0.2.1"),
        ("", "198.51.100.7", ""),
    ],
)
def test_the_client_is_the_last_address_that_is_no_trusted_proxy(peer, forwarded_for, client):
    assert client_address(peer, forwarded_for.split(","), TRUSTED) == client


@pytest.mark.parametrize(
    ("node", "address"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("203.0.113.7:51234", "203.0.113.7"),
        ("203.0.113.7:_port", "203.0.113.7"),
        ('"203.0.113.7:51234"', "203.0.113.7"),
        ("2001:db8::1", "2001:db8::1"),
        ("2001:DB8:0::1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ('"[2001:db8::1]:443"', "2001:db8::1"),
        (" [2001:db8::1]:443\t", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("[fe80::1%25eth0]:443", "fe80::1"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("[::ffff:203.0.113.7]:443", "203.0.113.7"),
    ],
)
def test_an_address_is_read_in_the_forms_that_proxies_write(node, address):
    assert str(parsed_address(node)) == address


@pytest.mark.parametrize(
    "node",
    [
        *("", "unknown", "_hidden", "proxy.example", "256.1.1.1", "010.0.0.1", "1.2.3"),
        *("203.0.113.7:", "203.0.113.7:port", "203.0.113.7:123456", "203.0.113.7 x"),
        *('"203.0.113.7', '203.0.113.7"', "[203.0.113.7", "[]:443", "2001:db8:::1"),
        *("fe80::1%a\nb", 'fe80::1%"', "１.2.3.4"),
    ],
)
def test_anything_else_is_not_an_address(node):
    assert parsed_address(node) is None


@pytest.mark.parametrize(
    ("peer", "forwarded_proto", "scheme"),
    [
        ("10.0.0.1", "https", "https"),
        ("10.0.0.1", "http", "http"),
        ("10.0.0.1", None, "http"),
        ("10.0.0.1", "javascript", "http"),
        ("10.0.0.1", "HTTPS", "https"),
        ("10.0.0.1", " https", "https"),
        ("10.0.0.1", "https, http", "http"),  # the nearest proxy adds the last
        ("10.0.0.1", "http,HTTPS", "https"),
        ("10.0.0.1", "https,", "http"),
        ("::ffff:10.0.0.1", "https", "https"),
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
