"""The use of the pool of connections."""

from typing import Any

from sqlalchemy import Engine, event

from adapters.metrics.instruments import Instruments

LENT = "turnout_is_lent"


def watch_pool(engine: Engine, instruments: Instruments) -> None:
    """Count what the engine's pool lends, and whatever becomes of the connection."""
    gauge = instruments.connections

    def lent(_connection: Any, record: Any, _lent: Any) -> None:
        record.record_info[LENT] = True
        gauge.inc()

    def returned(_connection: Any, record: Any) -> None:
        # One that could not be opened is returned without having been lent.
        if record.record_info.pop(LENT, False):
            gauge.dec()

    event.listen(engine, "checkout", lent)
    event.listen(engine, "checkin", returned)
