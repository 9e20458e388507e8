"""Commands in the environment of a service that is behind a pooler."""

import subprocess

from tests.e2e.processes import command, environment, finished
from tests.scale.door import Door


def test_an_account_is_opened_through_the_pooler(root, town, pooler):
    url = Door.through(pooler, town).database_url

    done = subprocess.run(
        command("create-user", "ada", "--password-stdin"),
        cwd=root,
        env=environment(DATABASE_URL=url, DATABASE_POOLER="transaction"),
        input="correct horse battery\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "ada can log in.\n", "")


def test_what_needs_the_server_itself_says_so_in_one_line(root, town, pooler):
    url = Door.through(pooler, town).database_url

    done = finished(root, "purge", DATABASE_URL=url, DATABASE_POOLER="transaction")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("turnout: DATABASE_POOLER: this command needs a direct ")
    assert done.stderr.count("\n") == 1
