"""`python -m services.pledges app|worker`: one process of this service."""

from services.pledges.settings import PledgesSettings
from shared.process import run

run(PledgesSettings, "services.pledges")
