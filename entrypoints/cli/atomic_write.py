"""Files that are there whole, or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex


@contextmanager
def atomic_write(file: Path) -> Iterator[Path]:
    """An empty file beside it to write to, for its owner alone, which takes its name in the end.

    Its content is on the disk before, and the name when the block is left. Raises OSError.
    """
    made = file.with_name(f".{file.name}.{token_hex(4)}")
    os.close(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        yield made
        _sync(made)
        made.replace(file)
        _sync(file.parent)
    finally:
        made.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
