"""A copy of the source to change at will."""

import shutil
import sys
from pathlib import Path

LEFT_OUT = shutil.ignore_patterns(".git", ".venv", ".data", ".hypothesis", "__pycache__", "images")


def a_copy(root, folder):
    """The tree with a `.venv` that is this Python's, complete as make has it."""
    tree = folder / "turnout"
    shutil.copytree(root, tree, ignore=LEFT_OUT)
    venv = tree / ".venv"
    venv.mkdir()
    for part in Path(sys.prefix).iterdir():
        if part.name not in ("local", "dev"):
            (venv / part.name).symlink_to(part)
    for extra in ("local", "dev"):
        (venv / extra).touch()
    return tree
