"""The service, with its clock set to half an hour after the dump was made."""

from datetime import datetime, timedelta

import time_machine
from flask import Flask

from entrypoints import wsgi
from tests.upgrades.old_database import SNAPSHOT

# Events that were about to start are over; access tokens are still valid.
LATER = timedelta(minutes=30)


def create_app() -> Flask:
    time_machine.travel(datetime.fromisoformat(SNAPSHOT["made_at"]) + LATER, tick=True).start()
    return wsgi.create_app()
