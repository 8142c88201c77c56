"""`python -m services.pledges app|worker`: one process of this service."""

from services.pledges.app import create_app
from services.pledges.settings import PledgesSettings
from services.pledges.worker import create_worker
from shared.process import run

run(PledgesSettings, create_app, create_worker)
