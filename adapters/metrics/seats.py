from adapters.metrics.instruments import Instruments
from application.ports.tally import Tally


class SeatCounter(Tally):
    def __init__(self, instruments: Instruments) -> None:
        self._taken = instruments.seats_taken
        self._given_back = instruments.seats_given_back

    def seats(self, taken: int, given_back: int) -> None:
        self._taken.inc(taken)
        self._given_back.inc(given_back)
