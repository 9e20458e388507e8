"""Licences: ours, and whether those of what the service installs go with it."""

import json
import tomllib
from importlib.metadata import metadata

import pytest

from tests.supply_chain.image import image_lock, requirement

# Permissive, or bound to files of their own that nobody here changes (MPL, LGPL: decision 1).
FITTING = {
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
LESSER = {
    "certifi": "OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)",
    "psycopg2-binary": "OSI Approved :: GNU Library or Lesser General Public License (LGPL)",
}


def licence_of(name):
    """As the package tells it: SPDX (PEP 639), or else a classifier, or else a field of text."""
    told = metadata(name)
    classifiers = [
        each.removeprefix("License :: ")
        for each in told.get_all("Classifier", [])
        if each.startswith("License :: ")
    ]
    return told.get("License-Expression") or " AND ".join(classifiers) or told.get("License")


@pytest.fixture(scope="module")
def root(pytestconfig):
    return pytestconfig.rootpath


def test_every_licence_of_the_service_goes_with_ours(root):
    names = {requirement(entry).name for entry in image_lock(root)}
    licences = {name: licence_of(name) for name in names}

    assert len(licences) > 30
    unknown = {
        name: licence
        for name, licence in licences.items()
        if licence not in FITTING and licence != LESSER.get(name)
    }
    assert unknown == {}, "Read them, and say in decision 1 why they fit."


def test_our_licence_is_the_same_everywhere(root):
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    document = json.loads((root / "openapi.json").read_text())
    text = (root / "LICENSE").read_text()

    assert project["license"] == document["info"]["license"]["identifier"] == "MIT"
    assert text.startswith("MIT License\n\nCopyright (c) 2026 The makers of Turnout\n")
