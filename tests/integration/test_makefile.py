import shutil
import subprocess

import pytest


@pytest.fixture
def makefile(pytestconfig):
    path = pytestconfig.rootpath / "Makefile"
    if not (path.exists() and shutil.which("make")):
        pytest.skip("needs make and the Makefile, which the image does not have")
    return path


@pytest.mark.parametrize("name", ['a"b', "a$b", "a`b", "a\\b"])
def test_a_path_with_shell_characters_is_rejected_first(makefile, tmp_path, name):
    checkout = tmp_path / name
    checkout.mkdir()
    shutil.copy(makefile, checkout)

    result = subprocess.run(
        ["make", "run"], cwd=checkout, capture_output=True, text=True, check=False
    )

    assert result.stderr.startswith("Turnout cannot run here: the path contains ")
    assert [path.name for path in checkout.iterdir()] == ["Makefile"]
