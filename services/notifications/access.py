"""Who may see the deliveries. Every route declares it."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Depends

from shared.http.auth import Principal, require
from shared.http.policy import Resource

Reader = Annotated[Principal, Depends(require("coordinator", "admin"))]
"""May see what was sent and when, and why something was not sent, but no addresses."""

DELIVERY: Final = Resource("mail")
