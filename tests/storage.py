"""Write to a repository of either adapter, in units of work."""

from collections.abc import Callable

from application.ports.unit_of_work import UnitOfWorkFactory
from domain.accounts.session import Session
from domain.accounts.user import User
from domain.events.event import Event
from domain.webhooks.webhook import Webhook


def add_all(new_work: UnitOfWorkFactory, *things: User | Session | Event | Webhook) -> None:
    """Add users, sessions, events and webhooks, in this order, in one transaction."""
    with new_work() as work:
        for thing in things:
            getattr(work, type(thing).__name__.lower() + "s").add(thing)
        work.commit()


def change(
    new_work: UnitOfWorkFactory,
    event: Event,
    act: Callable[[Event], object],
    user: User | None = None,
) -> None:
    """Load the event with the place of the user, by default its creator; call `act`; save."""
    with new_work() as work:
        loaded = work.events.get_for_update(event.id, user.id if user else event.creator_id)
        act(loaded)
        work.events.save(loaded)
        work.commit()
