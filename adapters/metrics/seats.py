from adapters.metrics.instruments import Instruments
from application.ports.seat_metrics import SeatMetrics


class SeatCounter(SeatMetrics):
    def __init__(self, instruments: Instruments) -> None:
        self._taken = instruments.seats_taken
        self._given_back = instruments.seats_given_back

    def count(self, taken: int, given_back: int) -> None:
        self._taken.inc(taken)
        self._given_back.inc(given_back)
