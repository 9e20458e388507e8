"""The service behind the proxy, among clients that never end what they begin."""

import pytest

from tests.e2e.slow_clients import KINDS, PROMISED_S, seconds_beside_slow_clients


@pytest.mark.parametrize("kind", KINDS)
def test_slow_clients_hold_up_nobody(proxy, kind):
    assert seconds_beside_slow_clients(proxy.base_url, kind) < PROMISED_S
