"""What is asked before each commit, in a repository of its own."""

import os
import shutil
import subprocess

import pytest

from tests.contributing.tree import a_copy

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="hooks are git's")


@pytest.fixture(scope="module")
def repository(pytestconfig, tmp_path_factory):
    """The source with the hooks installed and everything staged."""
    tree = a_copy(pytestconfig.rootpath, tmp_path_factory.mktemp("repository"))
    run(tree, "git", "init", "--quiet")
    run(tree, "git", "add", ".")
    run(tree, ".venv/bin/pre-commit", "install")
    return tree


def run(tree, *command, status=0):
    # Of a hook that runs these tests git's variables would name the outer repository.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    ended = subprocess.run(
        command,
        cwd=tree,
        env=inherited | {"PRE_COMMIT_HOME": str(tree / ".venv" / "hooks")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert ended.returncode == status, ended.stdout
    return ended.stdout


def commit(tree, status=0):
    return run(
        tree,
        *("git", "-c", "user.name=ada", "-c", "user.email=ada@example.org"),
        *("commit", "--quiet", "--message", "Serve tea"),
        status=status,
    )


def test_the_source_passes_all_hooks(repository):
    told = run(repository, ".venv/bin/pre-commit", "run", "--all-files")

    assert [line.rpartition(".")[2] for line in told.splitlines()] == ["Passed"] * 4


@pytest.mark.parametrize(
    ("source", "failing"),
    [
        ("import os\n", "ruff-check"),
        ("TEA = 'green'\n", "ruff-format"),
        ('TEA: int = "green"\n', "mypy"),
        ("from adapters.clock import SystemClock\n\nTEA = SystemClock()\n", "import-linter"),
    ],
)
def test_what_would_fail_is_not_committed(repository, source, failing):
    (repository / "domain" / "tea.py").write_text(source)
    run(repository, "git", "add", "domain/tea.py")

    told = commit(repository, status=1)

    run(repository, "git", "rm", "--quiet", "--force", "domain/tea.py")
    assert [line for line in told.splitlines() if line.startswith("- hook id")] == [
        f"- hook id: {failing}"
    ]


def test_what_passes_is_committed(repository):
    commit(repository)

    assert run(repository, "git", "log", "--format=%s") == "Serve tea\n"
