"""JSON routes about hires: confirming and reading them, and each change of one."""

from fastapi import APIRouter

from services.pledges.hires.api import changing, citizens, confirming, contact_persons
from services.pledges.hires.support_log import api as support_log

router = APIRouter()
for _routes in (confirming, contact_persons, citizens, changing, support_log):
    router.include_router(_routes.router)
