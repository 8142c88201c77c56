"""The names of the services, where shared code needs one, and what people call them."""

from __future__ import annotations

import re
from typing import Final

from shared.i18n.translations import N_

SERVICES: Final = {
    "events": N_("The register and the people"),
    "pledges": N_("Pledges and hires"),
    "notifications": N_("Mails"),
    "dashboard": N_("Figures"),
}
"""Label by service, on paper and on screen."""

IDENTITY_SERVICE: Final = "events"
"""The service that signs people in and issues tokens; the only one that asks the others about personal data."""
TOKEN_PATH: Final = "/api/events/v1/token"  # noqa: S105  (a path)
"""Where a program gets a token for its API key."""
RENEWAL_PATH: Final = "/session/renew"
"""Where a browser is sent to renew its token. The identity service answers there."""
_UNATTENDED: Final = re.compile(r"/dashboard/projector|/pledges/evening/|/meetings/[^/]+/projector")


def is_unattended(path: str) -> bool:
    """Whether a page stays open on a screen without input: its requests count as use of the session."""
    return _UNATTENDED.match(path) is not None
