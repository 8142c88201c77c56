"""`python -m services.notifications app|worker`: one process of this service."""

from services.notifications.app import create_app
from services.notifications.settings import NotificationsSettings
from services.notifications.worker import create_worker
from shared.process import run

run(NotificationsSettings, create_app, create_worker)
