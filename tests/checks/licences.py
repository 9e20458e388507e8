"""Fail if the licence of a dependency is not accepted yet: part of `make check`."""

import sys
from importlib.metadata import metadata

from tests.checks.image_requirements import image_lock, requirement

# Permissive, or covering only files that are not changed here (MPL, LGPL: the
# Dependencies section of CONTRIBUTING.md).
ACCEPTED = {
    "3-Clause BSD License",
    "Apache-2.0",
    "Apache-2.0 AND BSD-2-Clause",
    "Apache-2.0 AND MIT",
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
    "OSI Approved :: Python Software Foundation License",
    "PSF-2.0",
}
ACCEPTED_FOR_PACKAGE = {
    "certifi": "OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)",
    "psycopg2-binary": "OSI Approved :: GNU Library or Lesser General Public License (LGPL)",
}


def licence_of(name):
    """The SPDX expression (PEP 639), else the classifiers, else the licence field."""
    fields = metadata(name).json
    classifiers = [
        each.removeprefix("License :: ")
        for each in fields.get("classifier", [])
        if each.startswith("License :: ")
    ]
    return fields.get("license_expression") or " AND ".join(classifiers) or fields.get("license")


def main():
    names = {requirement(entry).name for entry in image_lock()}
    licences = {name: licence_of(name) for name in names}
    unknown = {
        name: licence
        for name, licence in licences.items()
        if licence not in ACCEPTED and licence != ACCEPTED_FOR_PACKAGE.get(name)
    }
    if unknown:
        sys.exit(f"Review these licences and record the result in CONTRIBUTING.md: {unknown}")


if __name__ == "__main__":
    main()
