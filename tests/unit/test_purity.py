import subprocess
import sys

import pytest

RUN_DOMAIN_TESTS = """
import sys, pytest
exit_code = pytest.main(["-q", "-p", "no:cacheprovider", "tests/unit/domain"])
loaded = {"flask", "sqlalchemy", "marshmallow", "psycopg2", "jwt"} & set(sys.modules)
sys.exit(f"loaded: {loaded}" if loaded else exit_code)
"""
# Together they take longer to import than all that most commands do.
START_THE_COMMAND_LINE = """
import sys, entrypoints.cli
loaded = {"alembic", "dependency_injector", "faker", "flask", "redis"} & set(sys.modules)
sys.exit(f"loaded: {loaded}" if loaded else 0)
"""


@pytest.mark.parametrize(
    "program",
    [RUN_DOMAIN_TESTS, START_THE_COMMAND_LINE],
    ids=["tests of the domain", "the command line"],
)
def test_what_needs_no_framework_loads_none(pytestconfig, program):
    run = subprocess.run(
        [sys.executable, "-c", program],
        cwd=pytestconfig.rootpath,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stdout + run.stderr
