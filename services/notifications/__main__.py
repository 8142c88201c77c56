"""`python -m services.notifications app|worker`: one process of this service."""

from services.notifications.settings import NotificationsSettings
from shared.process import run

run(NotificationsSettings, "services.notifications")
