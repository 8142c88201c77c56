"""How the routes that change a hire answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from services.pledges.hires.schemas import HireOut
from services.pledges.pledges.api import json_response
from shared.http.openapi import ETAG

if TYPE_CHECKING:
    from fastapi.responses import Response

    from services.pledges.hires.domain import Hire

CHANGED: Final[dict[int | str, dict[str, Any]]] = {
    200: {"model": HireOut, "headers": ETAG, "description": "The hire as it is now"},
    400: {"description": "No usable Idempotency-Key, or no JSON"},
    403: {"description": "Only case workers of the municipality that confirmed the hire change it"},
    404: {"description": "There is no such hire"},
    409: {"description": "The state of the hire does not allow it"},
    412: {"description": "The hire has changed since the version in If-Match"},
    422: {"description": "A field is wrong, or the key was used with another body"},
}


def changed(hire: Hire) -> Response:
    """Return the answer with the hire as it is now."""
    return json_response(HireOut.of(hire), version=hire.version)
