"""The receiver of the documentation checks who sent a message."""

import signal
import subprocess
import sys
from datetime import UTC, datetime

import httpx
import pytest
from standardwebhooks import Webhook

SECRET = "whsec_c2VjcmV0IG9mIDMyIGJ5dGVzLCBpbiBiYXNlNjQuLi4="
BODY = '{"type":"webhook.test","timestamp":"2030-05-17T12:00:00Z","data":{"title":"Łódź"}}'
WAITING = "Waiting for webhooks at "


@pytest.fixture
def receiver(pytestconfig):
    path = pytestconfig.rootpath / "docs" / "examples" / "webhook_receiver.py"
    with subprocess.Popen(
        [sys.executable, path, SECRET, "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env={"PYTHONUTF8": "1"},
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def signature(secret):
    now = datetime.now(UTC)
    return {
        "webhook-id": "message-1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign("message-1", now, BODY),
    }


def test_the_example_prints_signed_messages_and_rejects_all_others(receiver):
    url = receiver.stdout.readline().strip().removeprefix(WAITING)
    responses = [
        httpx.post(url, content=BODY, headers=headers)
        for headers in (
            signature(SECRET),
            signature(b"another secret of 32 bytes......"),
            signature(SECRET) | {"webhook-signature": "garbage"},
            {},
        )
    ]
    receiver.send_signal(signal.SIGINT)
    output, errors = receiver.communicate(timeout=10)

    assert [response.status_code for response in responses] == [204, 400, 400, 400]
    printed, *rejected = output.splitlines()
    assert printed == "message-1 webhook.test {'title': 'Łódź'}"
    assert [line.partition(":")[0] for line in rejected] == ["Rejected"] * 3
    assert errors == ""
    assert receiver.returncode == 0
