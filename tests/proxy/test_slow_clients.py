"""The service behind the proxy, among clients that never end what they begin."""

import pytest

from tests.e2e.slow_clients import KINDS, seconds_of_a_healthy_request, slow_clients

AT_ONCE = 5


@pytest.mark.parametrize("kind", KINDS)
def test_slow_clients_hold_up_nobody(proxy, kind):
    with slow_clients(proxy.base_url, kind):
        taken = [seconds_of_a_healthy_request(proxy.base_url) for _ in range(AT_ONCE)]

    assert max(taken) < 1
