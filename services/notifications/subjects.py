"""How a person is found in what notifications holds: by the numbers the other services know them by."""

from __future__ import annotations

from typing import Final

from shared.messaging.retention import LETTERS
from shared.privacy.subjects import Holding

HOLDINGS: Final = (
    Holding(
        "deliveries",
        "deliveries",
        find="""
            select delivery.id
              from deliveries as delivery,
                   asked
             where delivery.taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid
               and delivery.recipient_id = any (asked.ids)
        """,
        erase=None,
        why="Kun et nummer, som ikke er nogens, når kontakten eller kontoen er slettet; slettes, når fristen er ude.",
    ),
    LETTERS,
)
