"""The service with the row lock taken out: what the kit must find."""

from flask import Flask

from adapters.persistence.watchdog import WatchedCursor
from entrypoints.container import Container
from entrypoints.settings import read_settings


def create_app() -> Flask:
    execute = WatchedCursor.execute

    def execute_unlocked(cursor, query, variables=None):
        unlocked = query.replace(b" FOR UPDATE", b"") if isinstance(query, bytes) else query
        execute(cursor, unlocked, variables)

    WatchedCursor.execute = execute_unlocked
    return Container(settings=read_settings()).app()
