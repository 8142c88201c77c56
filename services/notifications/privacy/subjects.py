"""How a person is found in what notifications holds: by the numbers the other services know them by."""

from __future__ import annotations

from typing import Final

from services.notifications.privacy.retention import retention
from shared.messaging.retention import LETTERS
from shared.privacy.subject_requests import Kept
from shared.privacy.subjects import Holding

HOLDINGS: Final = (
    Holding(
        "deliveries",
        "deliveries",
        find="""
            select delivery.id
              from deliveries as delivery,
                   asked
             where delivery.taskforce_id = current_taskforce()
               and delivery.recipient_id = any (asked.ids)
        """,
        erase=None,
        why="Kun et nummer, som ikke er nogens, når kontakten eller kontoen er slettet; slettes, når fristen er ude.",
        shown_too=("rule", "happened_at", "status", "settled_at"),
    ),
    LETTERS,
)

KEPT: Final = Kept(HOLDINGS, retention(), owns=False)
"""What the register's pages ask about people here."""
