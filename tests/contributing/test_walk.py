import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contributing.tree import a_copy
from tests.contributing.walk import steps, take


def done(tree, *command, **environment):
    run = subprocess.run(
        command,
        cwd=tree,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert run.returncode == 0, f"{command}: {run.stdout}"
    return run.stdout


@pytest.mark.skipif(shutil.which("make") is None, reason="the walk needs make")
def test_the_walk_of_contributing_works_as_it_is_written(pytestconfig, postgres, tmp_path):
    tree = a_copy(pytestconfig.rootpath, tmp_path)
    server = {"TEST_DATABASE_URL": postgres.render_as_string(hide_password=False)}
    told = []

    for kind, name, text in steps((tree / "CONTRIBUTING.md").read_text()):
        if kind == "sh":
            told.append(done(tree, "bash", "-ec", text, **server))
        else:
            take(tree, kind, name, text)

    assert "nobody_attends" in (tree / "openapi.json").read_text()
    assert len(told) == 3
    assert all(" passed" in each for each in told)
    # The part of make check that asks no index.
    tools = Path(sys.executable).parent
    for check in (["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"]):
        done(tree, tools / check[0], *check[1:])
    done(tree, tools / "lint-imports")
