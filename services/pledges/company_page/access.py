"""Which pages and answers of companies each role reaches. Who may call a route is declared at the route."""

from __future__ import annotations

from typing import Final

from services.pledges.pledges.access import PLEDGE
from services.pledges.register.access import COMPANY
from shared.http.policy import ALL_TASKFORCES, NOTHING, Resource

COMPANY_PAGE: Final = Resource("company page", reach=ALL_TASKFORCES)
"""The page of a company: for anybody who has its link."""
COMPANY_LINK: Final = Resource("company link", of=COMPANY, by_role={"member": NOTHING, "event_pass": NOTHING})
"""How a company's link is shown and revoked by staff."""
COMPANY_ANSWER: Final = Resource("company answer", of=PLEDGE, by_role={"member": NOTHING, "event_pass": NOTHING})
