from collections.abc import Sequence

from adapters.persistence.reader import Reader
from adapters.persistence.session_bounds import SHOWN, Unbounded, differences, session_settings
from adapters.persistence.waits import Waits
from application.ports.store_sessions import StoreSessions


class PostgresSessions(StoreSessions):
    """Looks at one session; behind a pooler at another one each time."""

    def __init__(self, reader: Reader, waits: Waits) -> None:
        self._reader = reader
        self._settings = session_settings(waits)

    def lacking(self) -> Sequence[str]:
        try:
            shown = self._reader.rows(SHOWN, {"names": list(self._settings)})
        except Unbounded as refusal:
            return refusal.lacking
        return differences(dict(shown), self._settings)
