"""Print the requirements that the Docker image installs: the lock covers every platform."""

import re
import sys
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]


def image_environment(dockerfile):
    """The values of environment markers in the image."""
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
    """The entries of the service's lock that pip installs in the image."""
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
