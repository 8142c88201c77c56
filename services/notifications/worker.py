"""The worker: consumes messages, sends deliveries, and publishes what became of them."""

from __future__ import annotations

from services.notifications.consumer import create_consumer
from services.notifications.deliveries.courier import Courier, check_limits, forget_recent_mails
from services.notifications.privacy.retention import retention
from services.notifications.settings import NotificationsSettings
from shared.messaging.worker import Worker


def create_worker(settings: NotificationsSettings | None = None) -> Worker:
    """Return the service's worker; without settings, from the environment."""
    settings = settings or NotificationsSettings()
    courier = Courier(settings)
    return Worker(
        settings,
        service="notifications",
        consumers=[create_consumer(after_commit=courier.wake)],
        background_jobs=[courier.run, forget_recent_mails, retention().work],
        more_checks=[check_limits],
    )
