import json
import re
import subprocess
import sys

import pytest

from entrypoints import VERSION
from tests.supply_chain.image import image_lock, requirement

LOCK = """\
# A comment.
milk==1 ; python_full_version < '3.12' \\
    --hash=sha256:1
milk==2 ; python_full_version >= '3.12' \\
    --hash=sha256:2
spoon==1 ; sys_platform == 'win32' \\
    --hash=sha256:3
tea[green]==1 \\
    --hash=sha256:4
"""


def written(root, file):
    run = subprocess.run(
        [sys.executable, "-m", "tests.supply_chain.sbom", file],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    return file.read_text()


@pytest.fixture(scope="module")
def root(pytestconfig):
    return pytestconfig.rootpath


@pytest.fixture(scope="module")
def sbom(root, tmp_path_factory):
    return json.loads(written(root, tmp_path_factory.mktemp("sbom") / "turnout.cdx.json"))


def locked(root, name):
    lock = (root / "requirements" / f"{name}.txt").read_text()
    return set(re.findall(r"^([\w.-]+)==", lock, re.MULTILINE))


def test_the_bill_names_turnout_and_its_licence(sbom):
    turnout = sbom["metadata"]["component"]

    assert (turnout["name"], turnout["version"]) == ("turnout", VERSION)
    assert turnout["licenses"][0]["license"]["id"] == "MIT"


def test_flask_is_in_it_with_the_version_and_the_hashes_of_the_lock(root, sbom):
    lock = (root / "requirements" / "service.txt").read_text()
    [(version, hashes)] = re.findall(r"^flask==(\S+) \\\n((?: .*\n)+)", lock, re.MULTILINE)
    [flask] = [each for each in sbom["components"] if each["name"] == "flask"]

    assert (flask["version"], flask["purl"]) == (version, f"pkg:pypi/flask@{version}")
    told = {each["content"] for each in flask["externalReferences"][0]["hashes"]}
    assert told == set(re.findall(r"sha256:(\w{64})", hashes))


def test_all_of_the_service_is_in_it_once_and_nothing_of_its_developers(root, sbom):
    names = [each["name"] for each in sbom["components"]]

    assert len(names) == len(set(names))
    assert set(names) <= locked(root, "service")
    assert not set(names) & (locked(root, "dev") - locked(root, "service"))
    assert all(each["version"] and each["externalReferences"] for each in sbom["components"])


def test_what_the_image_passes_over_is_not_in_it(tmp_path):
    (tmp_path / "requirements").mkdir()
    (tmp_path / "Dockerfile").write_text("FROM python:3.13-slim-bookworm AS base\n")
    (tmp_path / "requirements" / "service.txt").write_text(LOCK)

    assert [str(requirement(each)) for each in image_lock(tmp_path)] == [
        'milk==2; python_full_version >= "3.12"',
        "tea[green]==1",
    ]


def test_the_same_lock_makes_the_same_bytes(root, tmp_path):
    once, again = (written(root, tmp_path / name) for name in ("one.json", "two.json"))

    assert once == again
    assert "timestamp" not in once
    assert "serialNumber" not in once
