"""Records what the coordinator sends to the workers."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, event

# The verb and the first table of a statement, whose name ends with the number of the shard.
STATEMENT = re.compile(
    r"issuing (?:SELECT|INSERT|UPDATE|DELETE|WITH)\b.*?\bpublic\.(\w+?)_\d{6,}\b", re.DOTALL
)
COMMIT = re.compile(r"issuing (COMMIT PREPARED|COMMIT)\b")


class Notices:
    """The notices of a connection. It looks empty: a notice at a COMMIT would be an error."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def append(self, notice: str) -> None:
        self.texts.append(notice)

    def clear(self) -> None:
        pass

    def __len__(self) -> int:
        return 0

    def matches(self, pattern: re.Pattern[str]) -> list[str]:
        found = (pattern.search(each) for each in self.texts)
        return [each[1] for each in found if each]

    @property
    def tasks(self) -> list[str]:
        """The tables that were queried, one for each task."""
        return self.matches(STATEMENT)

    @property
    def is_two_phase_commit(self) -> bool:
        return "COMMIT PREPARED" in self.matches(COMMIT)


@contextmanager
def recorded_tasks(engine: Engine) -> Iterator[Notices]:
    """What connections of this engine send; those that it opens in the block."""
    notices = Notices()

    def log_commands(connection, _record):
        connection.notices = notices
        with connection.cursor() as cursor:
            cursor.execute("SET client_min_messages = notice; SET citus.log_remote_commands = on")

    engine.dispose()
    event.listen(engine, "connect", log_commands)
    try:
        yield notices
    finally:
        event.remove(engine, "connect", log_commands)
        engine.dispose()
