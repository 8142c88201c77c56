"""The events service's background process: it publishes what the register has recorded, and has erasures finished."""

from __future__ import annotations

from services.events.privacy.commands import finishing
from services.events.privacy.retention import retention
from services.events.settings import EventsSettings
from shared.messaging.worker import Worker, run_worker


def create_worker(settings: EventsSettings | None = None) -> Worker:
    """Make the worker; without settings they are read from the environment."""
    settings = settings or EventsSettings()
    return Worker(settings, service="events", background_jobs=[retention().work, finishing(settings)])


if __name__ == "__main__":
    run_worker(create_worker())
