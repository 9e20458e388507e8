"""What the metrics' port tells."""

from contextlib import contextmanager

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.concurrency import wait_until


class Metrics:
    def __init__(self, port: str) -> None:
        self.url = f"http://127.0.0.1:{port}/metrics"

    def text(self) -> str:
        answer = httpx.get(self.url)
        assert answer.status_code == 200, answer.text
        return answer.text

    def samples(self):
        families = text_string_to_metric_families(self.text())
        return [sample for family in families for sample in family.samples]

    def value(self, name, **labels):
        """The sum of all series of the name that have the labels."""
        return sum(
            sample.value
            for sample in self.samples()
            if sample.name == name and labels.items() <= sample.labels.items()
        )

    def become(self, expected, name, **labels):
        """Wait until they are so: a request is counted after its answer was sent."""
        told = f"{name} {labels} is {expected}"
        wait_until(lambda: self.value(name, **labels) == expected, told, timeout_s=20)
        return True

    @contextmanager
    def rising(self, by, name, **labels):
        before = self.value(name, **labels)
        yield
        self.become(before + by, name, **labels)
