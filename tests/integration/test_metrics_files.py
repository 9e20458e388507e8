import os
import subprocess
import sys
import tempfile

import pytest

from entrypoints.telemetry.metrics_files import made_metrics_dir


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_each_service_has_a_directory_of_its_own_that_nobody_else_reads():
    first, second = made_metrics_dir(), made_metrics_dir()

    assert first.exists()
    assert first != second
    assert first.stat().st_mode & 0o777 == 0o700


def test_a_dead_service_leaves_nothing_to_the_next(folder):
    made = "from entrypoints.telemetry.metrics_files import made_metrics_dir as m; print(m())"
    environment = os.environ | {"TMPDIR": str(folder)}
    subprocess.run([sys.executable, "-c", made], env=environment, check=True)
    assert len(list(folder.iterdir())) == 1

    ours = made_metrics_dir()

    assert list(folder.iterdir()) == [ours]


def test_what_is_no_directory_of_a_service_stays(folder):
    (folder / "turnout-metrics-file").write_text("tea")
    (folder / "elsewhere").mkdir()
    (folder / "turnout-metrics-link").symlink_to(folder / "elsewhere")

    made_metrics_dir()

    assert (folder / "turnout-metrics-file").exists()
    assert (folder / "turnout-metrics-link").is_symlink()
    assert (folder / "elsewhere").exists()
