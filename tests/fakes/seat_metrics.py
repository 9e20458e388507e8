from dataclasses import dataclass, field

from application.ports.seat_metrics import SeatMetrics


@dataclass
class SeatMetricsInMemory(SeatMetrics):
    counted: list[tuple[int, int]] = field(default_factory=list)

    def count(self, taken: int, given_back: int) -> None:
        self.counted.append((taken, given_back))
