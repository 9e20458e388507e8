"""The adapters that measure, around an application; only where METRICS_PORT is set."""

from dependency_injector import providers

from adapters.metrics.connections import watch_pool
from adapters.metrics.instruments import Instruments
from adapters.metrics.logins import LoginCounter
from adapters.metrics.requests import RequestMeter
from adapters.metrics.seats import SeatCounter
from entrypoints.container import Container


def measure(container: Container) -> None:
    """Before the application is made."""
    instruments = Instruments()
    meter = RequestMeter(instruments)
    audit = LoginCounter(container.audit(), instruments)
    observers = (*container.observers(), meter.observe)
    companions = (*container.companions(), meter.begin)
    watch_pool(container.engine(), instruments)
    container.audit.override(providers.Object(audit))
    container.seat_metrics.override(providers.Object(SeatCounter(instruments)))
    container.observers.override(providers.Object(observers))
    container.companions.override(providers.Object(companions))
