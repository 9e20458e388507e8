"""Print what the image to deploy installs: its part of the lock, which serves every platform."""

import re
import sys
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]


def image_environment(dockerfile):
    """The image's answers to what environment markers ask."""
    version = re.search(r"^FROM python:(\d+\.\d+)", dockerfile, re.MULTILINE)[1]
    return {
        "implementation_name": "cpython",
        "os_name": "posix",
        "platform_python_implementation": "CPython",
        "platform_system": "Linux",
        "python_full_version": f"{version}.0",
        "python_version": version,
        "sys_platform": "linux",
    }


def image_lock():
    """The lines of the service's lock that pip would not pass over there."""
    environment = image_environment((ROOT / "Dockerfile").read_text())
    lock = (ROOT / "requirements" / "service.txt").read_text()
    entries = re.findall(r"^[^#\s].*\n(?: .*\n)*", lock, re.MULTILINE)
    return [entry for entry in entries if _is_installed(entry, environment)]


def _is_installed(entry, environment):
    marker = requirement(entry).marker
    return marker is None or marker.evaluate(environment)


def requirement(entry):
    return Requirement(entry.partition(" \\\n")[0])


if __name__ == "__main__":
    sys.stdout.writelines(image_lock())
