"""`python -m services.events app|worker`: one process of this service."""

from services.events.app import create_app
from services.events.settings import EventsSettings
from services.events.worker import create_worker
from shared.process import run

run(EventsSettings, create_app, create_worker)
