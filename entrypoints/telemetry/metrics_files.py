"""The directory in which workers count together: of one service, for as long as it runs."""

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from shutil import rmtree
from tempfile import gettempdir, mkdtemp

PREFIX = "turnout-metrics-"
UNLOCKED = ".new-"


def made_metrics_dir() -> Path:
    """A new one, locked. Those whose service was killed are removed.

    The workers inherit the descriptor that holds the lock: it lasts as long as any of them lives.
    """
    folder = Path(gettempdir())
    for left in folder.glob(f"{PREFIX}*"):
        with suppress(OSError):  # somebody else's, in use, or gone meanwhile
            os.close(_lock(left))
            rmtree(left)
    made = Path(mkdtemp(prefix=UNLOCKED + PREFIX))
    _lock(made)
    return made.rename(folder / made.name.removeprefix(UNLOCKED))


def _lock(folder: Path) -> int:
    """The descriptor that holds the lock. Raises OSError where another process has it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
