"""Requests that are whole, and wait for a thread, are no more than a process has room for."""

import json
import select
from contextlib import ExitStack

from tests.e2e.processes import started
from tests.e2e.slow_clients import BODY, connected, rest_of
from tests.proxy.listening import silent

MIB = 1024 * 1024
ALIVE = b"GET /healthz/ HTTP/1.1\r\nHost: x\r\n\r\n"
ACCOUNT = b'{"username": "ada", "password": "correct horse battery"}'
MORE_THAN_FIT = 40
ONE_THREAD = {"WEB_WORKERS": "1", "WEB_THREADS": "1", "WEB_GRACEFUL_TIMEOUT": "1"}


def test_long_bodies_that_wait_for_a_thread_are_bounded(root):
    with silent() as database, ExitStack() as stack:
        settings = {
            "DATABASE_URL": database.replace("http", "postgresql") + "/nothing",
            "DATABASE_CONNECT_TIMEOUT": "5",  # for which the thread is held
            "JWT_SECRET_KEY": "k" * 32,
        }
        _, base_url = stack.enter_context(started(root, "serve", **settings, **ONE_THREAD))
        clients = [stack.enter_context(connected(base_url)) for _ in range(MORE_THAN_FIT)]
        for client in clients:
            client.sendall(ALIVE)
            answer = b""
            while not answer.endswith(b"}"):
                answer += client.recv(1000)

        answered = []
        while clients and not answered:
            client = clients.pop()
            client.sendall(BODY + b"Content-Length: %d\r\n\r\n" % MIB + ACCOUNT.ljust(MIB))
            answered, _, _ = select.select([client], [], [], 0.01)
        head, _, body = rest_of(client).partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 503 ")
    assert json.loads(body)["detail"] == "Too many large requests arrive at a time. Send it again."
