"""`python -m services.dashboard app|worker`: one process of this service."""

from services.dashboard.app import create_app
from services.dashboard.settings import DashboardSettings
from services.dashboard.worker import create_worker
from shared.process import run

run(DashboardSettings, create_app, create_worker)
