"""`python -m services.dashboard app|worker`: one process of this service."""

from services.dashboard.settings import DashboardSettings
from shared.process import run

run(DashboardSettings, "services.dashboard")
