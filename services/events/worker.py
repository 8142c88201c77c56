"""The events service's background process: it publishes what the register has recorded, and consumes nothing."""

from __future__ import annotations

from services.events.retention import retention
from services.events.settings import EventsSettings
from shared.messaging.worker import Worker, run_worker


def create_worker(settings: EventsSettings | None = None) -> Worker:
    """Make the worker; without settings they are read from the environment."""
    return Worker(settings or EventsSettings(), service="events", due_work=[retention().work])


if __name__ == "__main__":
    run_worker(create_worker())
