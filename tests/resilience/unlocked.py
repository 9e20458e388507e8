"""The service with the row lock taken out: what the kit must find."""

from flask import Flask
from sqlalchemy import event

from entrypoints.container import Container
from entrypoints.settings import read_settings


def create_app() -> Flask:
    container = Container(settings=read_settings())

    @event.listens_for(container.engine(), "before_cursor_execute", retval=True)
    def unlock(connection, cursor, statement, parameters, *_):
        return statement.replace(" FOR UPDATE", ""), parameters

    return container.app()
