"""The images are built by whichever docker-compose there is; not all of them have BuildKit."""

import os
import re

import pytest

# Docker's legacy builder ends at each of them.
OF_BUILDKIT = re.compile(r"^(?:COPY|ADD|RUN) .*--(?:chmod|mount|link|network|checksum)\b|<<", re.M)
COPIED = re.compile(r"^COPY (\S+\.sh) /usr/local/bin/", re.M)


@pytest.fixture(scope="module")
def root(pytestconfig):
    return pytestconfig.rootpath


@pytest.mark.parametrize("file", ["Dockerfile", "deploy/pgbouncer/Dockerfile"])
def test_no_image_needs_buildkit(root, file):
    assert OF_BUILDKIT.findall((root / file).read_text()) == []


def test_what_an_image_runs_may_be_run(root):
    folder = root / "deploy" / "pgbouncer"

    programs = COPIED.findall((folder / "Dockerfile").read_text())

    assert programs == ["entrypoint.sh"]
    assert all(os.access(folder / program, os.X_OK) for program in programs)
