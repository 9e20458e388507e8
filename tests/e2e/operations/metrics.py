"""Reads the metrics endpoint."""

from contextlib import contextmanager, suppress

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.concurrency import wait_until


class Metrics:
    def __init__(self, port: str) -> None:
        self.url = f"http://127.0.0.1:{port}/metrics"

    def text(self) -> str:
        response = httpx.get(self.url)
        assert response.status_code == 200, response.text
        return response.text

    def is_served(self) -> bool:
        with suppress(httpx.ConnectError):
            self.text()
            return True
        return False

    def samples(self):
        families = text_string_to_metric_families(self.text())
        return [sample for family in families for sample in family.samples]

    def value(self, name, **labels):
        """The sum of all series with this name and these labels."""
        return sum(
            sample.value
            for sample in self.samples()
            if sample.name == name and labels.items() <= sample.labels.items()
        )

    def wait_for_value(self, expected, name, **labels):
        """Wait: a request is counted after its response was sent."""
        description = f"{name} {labels} is {expected}"
        wait_until(lambda: self.value(name, **labels) == expected, description, timeout_s=20)
        return True

    @contextmanager
    def increases(self, by, name, **labels):
        before = self.value(name, **labels)
        yield
        self.wait_for_value(before + by, name, **labels)
