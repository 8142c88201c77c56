"""Which profile cards each role reaches. Who may call a route is declared at the route."""

from __future__ import annotations

from typing import Final

from services.pledges.participants.access import PARTICIPANT
from shared.http.policy import ALL_TASKFORCES, NOTHING, OWN, Resource

PROFILE_CARD: Final = Resource(
    "profile card", of=PARTICIPANT, reach=NOTHING, by_role={"caseworker": OWN, "facilitator": OWN}
)
"""The card of a participant, for staff."""
CARD_PAGE: Final = Resource("card page", reach=ALL_TASKFORCES)
"""The page of one card: for anybody who has its link, for as long as the card is valid."""
