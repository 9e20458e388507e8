"""Two changes of one waitlist at the same time: the second waits for the locks of the first."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, text

from adapters.postgres.accounts.queries import PostgresAccountQueries
from adapters.postgres.maintenance.verify import verify
from adapters.postgres.reader import Reader
from adapters.postgres.schema.tables import attendances, waitlist_entries
from adapters.postgres.unit_of_work import PostgresUnitOfWorkFactory
from application.accounts.finish_deletions import FinishDeletions
from application.accounts.withdraw_from_events import WithdrawFromEvents
from application.caller import Caller
from application.errors import OutcomeUnknown, Unavailable
from application.events.attend_event import AttendEvent
from application.events.cancel_attendance import CancelAttendance
from application.events.join_waitlist import JoinWaitlist
from application.events.leave_waitlist import LeaveWaitlist
from application.events.remove_attendee import RemoveAttendee
from application.events.update_event import UpdateEvent
from domain.events.description import Capacity
from domain.events.errors import SeatsAvailable
from domain.events.event import EventChanges
from tests.builders import a_user, an_event
from tests.concurrency import TIMEOUT_S, wait_until
from tests.fakes.clock import FakeClock
from tests.postgres import HeldUnitOfWorkFactory, cut_connections
from tests.storage import add_all

WAITING = text("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted")
CLOCK = FakeClock()


class Party:
    """An event, and people by name. Actions are functions of a unit of work factory."""

    def __init__(self, engine, capacity):
        self.engine = engine
        self.new_work = PostgresUnitOfWorkFactory(engine)
        names = ("host", "ada", "grace", "linus", "margaret")
        self.users = {name: a_user(name) for name in names}
        self.event = an_event(creator_id=self.users["host"].id, capacity=capacity)
        add_all(self.new_work, *self.users.values(), self.event)

    def _caller(self, name):
        return Caller(self.users[name].id)

    def attend(self, name):
        return lambda new_work: AttendEvent(new_work, CLOCK)(self.event.id, self._caller(name))

    def cancel(self, name):
        return lambda new_work: CancelAttendance(new_work, CLOCK)(self.event.id, self._caller(name))

    def join(self, name):
        return lambda new_work: JoinWaitlist(new_work, CLOCK)(self.event.id, self._caller(name))

    def leave(self, name):
        return lambda new_work: LeaveWaitlist(new_work, CLOCK)(self.event.id, self._caller(name))

    def remove(self, name):
        return lambda new_work: RemoveAttendee(new_work, CLOCK)(
            self.event.id, self.users[name].id, self._caller("host")
        )

    def set_capacity(self, capacity):
        changes = EventChanges(capacity=Capacity(capacity))
        return lambda new_work: UpdateEvent(new_work, CLOCK)(
            self.event.id, self._caller("host"), changes
        )

    def remove_account(self, name):
        """The first unit of work of a deletion."""

        def act(new_work):
            with new_work() as work:
                work.users.remove(work.users.find_for_update(self.users[name].id))
                work.commit()

        return act

    def withdraw(self, name):
        """The rest of a deletion."""
        return lambda new_work: WithdrawFromEvents(new_work, CLOCK)(self.users[name].id)

    def delete_account(self, name):
        return lambda _: self.do(self.remove_account(name), self.withdraw(name))

    def do(self, *actions):
        for act in actions:
            act(self.new_work)

    def race(self, first, second):
        """Start `second` when `first` is about to commit. Returns the error of `second`."""
        held = HeldUnitOfWorkFactory(self.engine)
        with ThreadPoolExecutor(2) as pool, self.engine.connect() as connection:
            one = pool.submit(first, held)
            wait_until(lambda: held.is_ready.is_set() or one.done(), "the first can commit")
            two = pool.submit(second, self.new_work)
            wait_until(
                lambda: two.done() or connection.execute(WAITING).scalar_one() == 1,
                "the second waits for a lock or has finished",
            )
            held.may_commit.set()
            one.result(TIMEOUT_S)
            return two.exception(TIMEOUT_S)

    @property
    def attending(self):
        return set(self._names(select(attendances.c.user_id)))

    @property
    def waiting(self):
        """First in line first."""
        return self._names(select(waitlist_entries.c.user_id).order_by(waitlist_entries.c.number))

    def _names(self, statement):
        names = {user.id: name for name, user in self.users.items()}
        with self.engine.connect() as connection:
            return [names[each] for each in connection.execute(statement).scalars()]

    @property
    def counts(self):
        with self.new_work() as work:
            event = work.events.get_seats_for_update(self.event.id, self.users["host"].id)
        return event.attendees_count, event.waitlist_count


@pytest.fixture
def party_for(empty_database):
    """Creates an event with this capacity. Its counts must be right at the end."""
    parties = []

    def a_party(capacity):
        parties.append(Party(empty_database, capacity))
        return parties[-1]

    yield a_party
    assert verify(empty_database).differences == ()
    for party in parties:
        assert party.counts == (len(party.attending), len(party.waiting))


@pytest.fixture
def party(party_for):
    """One seat, which Ada has. Grace and Linus wait for it."""
    party = party_for(1)
    party.do(party.attend("ada"), party.join("grace"), party.join("linus"))
    return party


def test_whoever_joins_while_the_last_seat_is_freed_gets_seats_available(party_for):
    party = party_for(1)
    party.do(party.attend("ada"))

    error = party.race(party.cancel("ada"), party.join("grace"))

    assert isinstance(error, SeatsAvailable)
    assert (party.attending, party.waiting) == (set(), [])


def test_a_seat_freed_while_the_first_person_joins_is_theirs(party_for):
    party = party_for(1)
    party.do(party.attend("ada"))

    assert party.race(party.join("grace"), party.cancel("ada")) is None

    assert (party.attending, party.waiting) == ({"grace"}, [])


def test_whoever_joins_while_the_first_in_line_is_promoted_waits_behind_the_others(party):
    assert party.race(party.cancel("ada"), party.join("margaret")) is None

    assert (party.attending, party.waiting) == ({"grace"}, ["linus", "margaret"])


def test_whoever_cancels_and_joins_at_once_waits_at_the_end(party):
    assert party.race(party.cancel("ada"), party.join("ada")) is None

    assert (party.attending, party.waiting) == ({"grace"}, ["linus", "ada"])


def test_nobody_attends_while_a_seat_goes_to_the_first_in_line(party):
    party.race(party.cancel("ada"), party.attend("margaret"))

    assert (party.attending, party.waiting) == ({"grace"}, ["linus"])


@pytest.mark.parametrize("waiting", [["linus"], ["linus", "margaret"]])
def test_two_people_who_cancel_at_once_promote_one_person_each(party_for, waiting):
    party = party_for(2)
    party.do(party.attend("ada"), party.attend("grace"), *map(party.join, waiting))

    assert party.race(party.cancel("ada"), party.cancel("grace")) is None

    assert (party.attending, party.waiting) == (set(waiting), [])


def test_a_cancellation_and_a_removal_at_once_promote_one_person_each(party_for):
    party = party_for(2)
    party.do(party.attend("ada"), party.attend("grace"), party.join("linus"))
    party.do(party.join("margaret"))

    assert party.race(party.cancel("ada"), party.remove("grace")) is None

    assert (party.attending, party.waiting) == ({"linus", "margaret"}, [])


@pytest.mark.parametrize("is_raised_first", [True, False])
def test_a_capacity_raised_during_a_cancellation_frees_two_seats(party, is_raised_first):
    party.do(party.join("margaret"))
    cancel, raise_capacity = party.cancel("ada"), party.set_capacity(2)

    both = (raise_capacity, cancel) if is_raised_first else (cancel, raise_capacity)
    assert party.race(*both) is None

    assert (party.attending, party.waiting) == ({"grace", "linus"}, ["margaret"])


def test_whoever_deletes_their_account_before_a_promotion_commits_is_skipped(party):
    # The promotion finds Grace in line, and waits until her account is deleted.
    assert party.race(party.remove_account("grace"), party.cancel("ada")) is None

    assert (party.attending, party.waiting) == ({"linus"}, ["grace"])
    party.do(party.withdraw("grace"))
    assert (party.attending, party.waiting) == ({"linus"}, [])


def test_an_account_deleted_during_its_promotion_passes_the_seat_on(party):
    # The deletion waits for the promotion, which has locked Grace's account.
    assert party.race(party.cancel("ada"), party.delete_account("grace")) is None

    assert (party.attending, party.waiting) == ({"linus"}, [])


def test_a_deleted_account_withdraws_while_somebody_is_promoted(party):
    party.do(party.remove_account("grace"))

    assert party.race(party.cancel("ada"), party.withdraw("grace")) is None

    assert (party.attending, party.waiting) == ({"linus"}, [])


def test_a_cancellation_during_the_withdrawal_of_a_deleted_account_promotes_the_next(party):
    party.do(party.remove_account("grace"))

    assert party.race(party.withdraw("grace"), party.cancel("ada")) is None

    assert (party.attending, party.waiting) == ({"linus"}, [])


def test_whoever_leaves_the_waitlist_while_being_promoted_has_the_seat(party):
    assert party.race(party.set_capacity(3), party.leave("grace")) is None

    assert (party.attending, party.waiting) == ({"ada", "grace", "linus"}, [])


def test_whoever_leaves_the_waitlist_before_a_promotion_is_skipped(party):
    assert party.race(party.leave("grace"), party.cancel("ada")) is None

    assert (party.attending, party.waiting) == ({"linus"}, [])


def test_a_promotion_whose_connection_is_lost_changes_nothing(party):
    held = HeldUnitOfWorkFactory(party.engine)
    with ThreadPoolExecutor(1) as pool:
        promotion = pool.submit(party.cancel("ada"), held)
        wait_until(lambda: held.is_ready.is_set() or promotion.done(), "it has sent its writes")
        cut_connections(party.engine)
        held.may_commit.set()
        assert isinstance(promotion.exception(TIMEOUT_S), (Unavailable, OutcomeUnknown))

    assert (party.attending, party.waiting) == ({"ada"}, ["grace", "linus"])
    assert party.counts == (1, 2)
    party.do(party.cancel("ada"))
    assert (party.attending, party.waiting) == ({"grace"}, ["linus"])


@pytest.fixture
def finish_deletions(empty_database):
    new_work = PostgresUnitOfWorkFactory(empty_database)
    accounts = PostgresAccountQueries(Reader(empty_database))
    return FinishDeletions(accounts, WithdrawFromEvents(new_work, CLOCK), CLOCK)


def test_promotions_skip_an_interrupted_deletion_until_it_is_finished(party, finish_deletions):
    party.do(party.join("margaret"), party.remove_account("grace"))

    party.do(party.cancel("ada"))
    assert (party.attending, party.waiting) == ({"linus"}, ["grace", "margaret"])

    assert finish_deletions() == 1
    assert (party.attending, party.waiting) == ({"linus"}, ["margaret"])
    assert finish_deletions() == 0


def test_the_seat_of_an_interrupted_deletion_is_passed_on_when_it_is_finished(
    party, finish_deletions
):
    party.do(party.remove_account("ada"))
    assert (party.attending, party.waiting) == ({"ada"}, ["grace", "linus"])

    assert finish_deletions() == 1
    assert (party.attending, party.waiting) == ({"grace"}, ["linus"])
    assert finish_deletions() == 0
