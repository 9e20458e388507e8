"""Commands on the database of make run, where DATABASE_URL is not set."""

from fcntl import LOCK_EX, flock

from tests.e2e.processes import started

PASSWORD = "correct horse battery"


def test_the_database_of_make_run_is_backed_up_running_or_not(root, done, refused, tmp_path):
    home, new_home = ({"DATA_DIR": str(tmp_path / name)} for name in ("home", "new"))
    while_running, at_rest = tmp_path / "running.dump", tmp_path / "rest.dump"
    with started(root, "run", WEB_WORKERS="1", **home):
        done("create-user", "ada", "--password-stdin", told=f"{PASSWORD}\n", **home)
        done("backup", while_running, **home)
        assert "stop make run, then set DATA_DIR " in refused("restore", while_running, **home)
    done("backup", at_rest, **home)
    assert done("verify-data", **home) == "0 events, 0 seats: 0 differ.\n"
    assert not (tmp_path / "home" / "postgres" / "postmaster.pid").exists()

    done("restore", at_rest, **new_home)
    said = refused("create-user", "ada", "--password-stdin", told=f"{PASSWORD}\n", **new_home)
    assert said == "The username ada is taken."


def test_a_server_that_is_being_started_or_stopped_is_not_disturbed(refused, tmp_path):
    home = tmp_path / "home"
    (home / "postgres").mkdir(parents=True)
    (home / "postgres" / "PG_VERSION").write_text("18\n")
    with (home / "lock").open("w") as lock:
        flock(lock, LOCK_EX)
        said = refused("backup", tmp_path / "file", DATA_DIR=str(home))

    assert said == "DATA_DIR: its PostgreSQL is starting or stopping; try again."


def test_where_it_never_was_the_setting_is_named(refused, tmp_path):
    said = refused("purge", DATA_DIR=str(tmp_path))

    assert said == f"DATABASE_URL: is not set, and {tmp_path} has no database of make run."
