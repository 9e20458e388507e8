import subprocess
import sys

RUN_DOMAIN_TESTS = """
import sys, pytest
exit_code = pytest.main(["-q", "-p", "no:cacheprovider", "tests/unit/domain"])
loaded = {"flask", "sqlalchemy", "marshmallow", "psycopg2", "jwt"} & set(sys.modules)
sys.exit(f"loaded: {loaded}" if loaded else exit_code)
"""


def test_the_domain_is_tested_without_any_framework(pytestconfig):
    run = subprocess.run(
        [sys.executable, "-c", RUN_DOMAIN_TESTS],
        cwd=pytestconfig.rootpath,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stdout + run.stderr
