"""`python -m services.events app|worker`: one process of this service."""

from services.events.settings import EventsSettings
from shared.process import run

run(EventsSettings, "services.events")
