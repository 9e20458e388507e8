"""Commands with the settings of a service behind a pooler."""

import subprocess

from tests.processes import command, environment, run_cli
from tests.scale.pooled import pooled_url


def test_create_user_works_through_the_pooler(root, sample_data, pooler):
    url = pooled_url(pooler, sample_data)

    result = subprocess.run(
        command("create-user", "ada", "--password-stdin"),
        cwd=root,
        env=environment(DATABASE_URL=url, DATABASE_POOLER="transaction"),
        input="correct horse battery\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (result.returncode, result.stdout, result.stderr) == (0, "ada can log in.\n", "")


def test_a_command_that_needs_the_server_itself_says_so_in_one_line(root, sample_data, pooler):
    url = pooled_url(pooler, sample_data)

    result = run_cli(root, "purge", DATABASE_URL=url, DATABASE_POOLER="transaction")

    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("turnout: DATABASE_POOLER: this command needs a direct ")
    assert result.stderr.count("\n") == 1
