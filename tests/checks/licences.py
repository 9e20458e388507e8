"""Fail at a package of the service whose licence nobody has read: part of `make check`."""

import sys
from importlib.metadata import metadata

from tests.checks.image_requirements import image_lock, requirement

# Permissive, or bound to files of their own that nobody here changes (MPL, LGPL: see the
# Dependencies section of CONTRIBUTING.md).
ACCEPTED = {
    "3-Clause BSD License",
    "Apache-2.0",
    "Apache-2.0 AND BSD-2-Clause",
    "Apache-2.0 OR BSD-2-Clause",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "MIT",
    "MIT OR Apache-2.0",
    "MIT-0",
    "MPL-2.0 AND (Apache-2.0 OR MIT)",
    "OSI Approved :: Apache Software License",
    "OSI Approved :: BSD License",
    "OSI Approved :: MIT License",
    "PSF-2.0",
}
ACCEPTED_OF = {
    "certifi": "OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)",
    "psycopg2-binary": "OSI Approved :: GNU Library or Lesser General Public License (LGPL)",
}


def licence_of(name):
    """As the package states it: SPDX (PEP 639), or else a classifier, or else a field of text."""
    stated = metadata(name).json
    classifiers = [
        each.removeprefix("License :: ")
        for each in stated.get("classifier", [])
        if each.startswith("License :: ")
    ]
    return stated.get("license_expression") or " AND ".join(classifiers) or stated.get("license")


def main():
    names = {requirement(entry).name for entry in image_lock()}
    licences = {name: licence_of(name) for name in names}
    unread = {
        name: licence
        for name, licence in licences.items()
        if licence not in ACCEPTED and licence != ACCEPTED_OF.get(name)
    }
    if unread:
        sys.exit(f"Read these licences, and say in CONTRIBUTING.md why they fit: {unread}")


if __name__ == "__main__":
    main()
