"""The header Idempotency-Key, as a dependency of the routes that change something.

A route takes `idempotent: Idempotent` and hands it to its command, which claims the key (`shared.db.idempotency`). The
key is answered with 400 where it is missing or unusable, and with 422 where another request used it.
"""

import re
from typing import Annotated

from fastapi import Depends, Header, Request

from shared.db.idempotency import IdempotentRequest, idempotent_request
from shared.fields.cpr import mask_cpr
from shared.fields.validation import FieldError
from shared.http.openapi import REQUIRED
from shared.http.problems import Problem
from shared.i18n.translations import gettext as _

_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_DESCRIPTION = "Required. The same key and body again give the same answer; another body is answered 422."

IdempotencyKey = Annotated[
    str | None,
    Header(
        description=_DESCRIPTION,
        alias="Idempotency-Key",
        # Judged here, so that its absence is answered with words of its own.
        json_schema_extra={REQUIRED: True, "pattern": f"^{_KEY.pattern}$"},
    ),
]


async def read_idempotent_request(request: Request, idempotency_key: IdempotencyKey = None) -> IdempotentRequest:
    """FastAPI dependency: the key together with the fingerprint of the JSON body.

    The service's settings hold the installation's key for fingerprints as `request_key`.

    Raises:
        Problem: 400, the key is missing or cannot be stored, or the body cannot be read.
    """
    key = _usable(idempotency_key)
    try:
        # A missing body is the route's to refuse, if it takes one.
        body = await request.json() if await request.body() else None
        return idempotent_request(key, body, key=request.app.state.settings.request_key)
    except (RecursionError, ValueError):
        raise Problem(400, "malformed-json", detail=_("The body is not valid JSON.")) from None


Idempotent = Annotated[IdempotentRequest, Depends(read_idempotent_request)]


def _usable(key: str | None) -> str:
    # It is stored. A UUID may have digits like a CPR number's, and nothing else may.
    if key is not None and _KEY.fullmatch(key.strip()) and mask_cpr(key) == key:
        return key.strip()
    words = _("Send a UUID of your own making, and the same one when you try again.")
    error = FieldError("Idempotency-Key:", "missing" if key is None else "unusable", words)
    raise Problem(400, "idempotency-key-missing", _("The Idempotency-Key is missing"), words, errors=[error])
