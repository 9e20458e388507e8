"""Without DATABASE_URL, commands use the database of `make run`."""

from fcntl import LOCK_EX, flock

from tests.processes import running_cli

PASSWORD = "correct horse battery"


def test_the_local_database_is_backed_up_running_or_stopped(root, output_of, error_of, tmp_path):
    data_dir, new_data_dir = ({"DATA_DIR": str(tmp_path / name)} for name in ("home", "new"))
    running_file, stopped_file = tmp_path / "running.dump", tmp_path / "rest.dump"
    with running_cli(root, "run", WEB_WORKERS="1", **data_dir):
        output_of("create-user", "ada", "--password-stdin", stdin=f"{PASSWORD}\n", **data_dir)
        output_of("backup", running_file, **data_dir)
        assert "stop make run, then set DATA_DIR " in error_of("restore", running_file, **data_dir)
    output_of("backup", stopped_file, **data_dir)
    assert output_of("verify-data", **data_dir) == "0 events, 0 seats: 0 differ.\n"
    assert not (tmp_path / "home" / "postgres" / "postmaster.pid").exists()

    output_of("restore", stopped_file, **new_data_dir)
    error = error_of(
        "create-user", "ada", "--password-stdin", stdin=f"{PASSWORD}\n", **new_data_dir
    )
    assert error == "The username ada is taken."


def test_a_server_that_is_starting_or_stopping_is_not_disturbed(error_of, tmp_path):
    data_dir = tmp_path / "home"
    (data_dir / "postgres").mkdir(parents=True)
    (data_dir / "postgres" / "PG_VERSION").write_text("18\n")
    with (data_dir / "lock").open("w") as lock:
        flock(lock, LOCK_EX)
        error = error_of("backup", tmp_path / "file", DATA_DIR=str(data_dir))

    assert error == "DATA_DIR: its PostgreSQL is starting or stopping; try again."


def test_a_missing_local_database_is_reported(error_of, tmp_path):
    error = error_of("purge", DATA_DIR=str(tmp_path))

    assert error == f"DATABASE_URL: is not set, and {tmp_path} has no database of make run."
