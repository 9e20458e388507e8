"""The service without its row lock, to prove that overselling is detected."""

from flask import Flask

from adapters.postgres.connection import DriverConnection
from entrypoints.container import Container
from entrypoints.settings import read_settings


def create_app() -> Flask:
    execute = DriverConnection.execute

    def execute_unlocked(connection, sql, values=None):
        unlocked = sql.replace(b" FOR UPDATE", b"") if isinstance(sql, bytes) else sql
        return execute(connection, unlocked, values)

    DriverConnection.execute = execute_unlocked  # type: ignore[method-assign]
    return Container(settings=read_settings()).app()
