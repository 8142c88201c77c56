"""The background process of the events service: it publishes messages, registers companies that have asked for it on
their page, deletes overdue data, retries erasures and announces the packs of meetings."""

from __future__ import annotations

from services.events.calendar.meetings.issue import issue_packs
from services.events.consumer import create_consumer
from services.events.privacy.commands import retry_open_orders
from services.events.privacy.retention import retention
from services.events.settings import EventsSettings
from shared.messaging.worker import Worker, run_worker


def create_worker(settings: EventsSettings | None = None) -> Worker:
    """Return the worker. Without settings they are read from the environment."""
    settings = settings or EventsSettings()
    return Worker(
        settings,
        service="events",
        consumers=[create_consumer()],
        background_jobs=[retention().work, retry_open_orders(settings), issue_packs(settings.meeting_pack_days)],
    )


if __name__ == "__main__":
    run_worker(create_worker())
