"""The service as it ships, in the hour after the release before left its data."""

from datetime import datetime, timedelta

import time_machine
from flask import Flask

from entrypoints import wsgi
from tests.upgrades.previous_release import STORY

# What was soon is over; tokens for access still live.
LATER = timedelta(minutes=30)


def create_app() -> Flask:
    time_machine.travel(datetime.fromisoformat(STORY["made_at"]) + LATER, tick=True).start()
    return wsgi.create_app()
