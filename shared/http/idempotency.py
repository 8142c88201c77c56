"""The header Idempotency-Key, as a dependency of the routes that change something.

A route takes `idempotent: Idempotent` and hands it to its command, which claims the key (`shared.db.idempotency`);
where the path names what changes, `idempotent: IdempotentChange`. A route whose command is idempotent by the ids in its
request takes `db: IdempotentDb` instead; there the key may be left out. A missing or unusable key is answered with 400,
and one that another request used with 422.
"""

import re
from typing import Annotated, Any

from fastapi import Depends, Header, Request

from shared.db.database import Database
from shared.db.idempotency import ClaimingDatabase, IdempotentRequest, idempotent_request
from shared.fields.cpr import mask_cpr
from shared.fields.validation import FieldError
from shared.http.auth import Principal
from shared.http.dependencies import Db
from shared.http.openapi import REQUIRED
from shared.http.problems import Problem
from shared.i18n.translations import gettext as _

_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_OPTIONAL_DESCRIPTION = (
    "Optional, because a repeated request has no second effect. The same key with another body is answered 422."
)
_DESCRIPTION = (
    "Required. Repeating the key and body gives the same answer; the same key with another body is answered 422."
)

IdempotencyKey = Annotated[
    str | None,
    Header(
        description=_DESCRIPTION,
        alias="Idempotency-Key",
        # Validated here, so that a missing key has its own error message.
        json_schema_extra={REQUIRED: True, "pattern": f"^{_KEY.pattern}$"},
    ),
]


def sent_by_principal(request: Request, key: str, content: Any) -> IdempotentRequest:
    """Return the request that the principal may repeat under a key.

    Args:
        key: the principal's name for it.
        content: parsed JSON, equal in a repeated request.

    Raises:
        RecursionError: the content is nested too deeply.
    """
    principal: Principal | None = getattr(request.state, "principal", None)
    sender = principal.subject if principal is not None else ""
    return idempotent_request(key, content, sender=sender, key=request.app.state.settings.request_key)


async def read_idempotent_request(request: Request, idempotency_key: IdempotencyKey = None) -> IdempotentRequest:
    """FastAPI dependency: the key together with the fingerprint of the JSON body.

    The service's settings hold the installation's key for fingerprints as `request_key`.

    Raises:
        Problem: 400, the key is missing or cannot be stored, or the body cannot be read.
    """
    key = _usable(idempotency_key)
    try:
        # The route refuses a missing body if it needs one.
        body = await request.json() if await request.body() else None
        return sent_by_principal(request, key, body)
    except (RecursionError, ValueError):
        raise Problem(400, "malformed-json", detail=_("The body is not valid JSON.")) from None


Idempotent = Annotated[IdempotentRequest, Depends(read_idempotent_request)]


async def read_idempotent_change(request: Request, idempotency_key: IdempotencyKey = None) -> IdempotentRequest:
    """FastAPI dependency: as `read_idempotent_request`, for a route whose path says what the request changes.

    The path is part of the fingerprint, because the body does not name the resource.
    """
    key = _usable(idempotency_key)
    try:
        body = await request.json() if await request.body() else None
        return sent_by_principal(request, key, [request.scope["path"], body])
    except (RecursionError, ValueError):
        raise Problem(400, "malformed-json", detail=_("The body is not valid JSON.")) from None


IdempotentChange = Annotated[IdempotentRequest, Depends(read_idempotent_change)]

OptionalIdempotencyKey = Annotated[
    str | None,
    Header(
        description=_OPTIONAL_DESCRIPTION,
        alias="Idempotency-Key",
        json_schema_extra={"pattern": f"^{_KEY.pattern}$"},
    ),
]


async def claiming_database(request: Request, db: Db, idempotency_key: OptionalIdempotencyKey = None) -> Database:
    """FastAPI dependency: the database, whose `change` claims the key where the request has one.

    Raises:
        Problem: 400, the key cannot be stored, or the body cannot be read.
    """
    if idempotency_key is None:
        return db
    key = _usable(idempotency_key)
    try:
        body = await request.json() if await request.body() else None
        # The path may name the resource when the body does not.
        content = [request.scope["path"], body]
        idempotent = sent_by_principal(request, key, content)
    except (RecursionError, ValueError):
        raise Problem(400, "malformed-json", detail=_("The body is not valid JSON.")) from None
    return ClaimingDatabase(db, request.scope["endpoint"].__name__, idempotent)


IdempotentDb = Annotated[Database, Depends(claiming_database)]


def _usable(key: str | None) -> str:
    # The key is stored, so it must not look like a CPR number, unless it is a UUID.
    if key is not None and _KEY.fullmatch(key.strip()) and mask_cpr(key) == key:
        return key.strip()
    words = _("Send a new UUID, and the same one when you try again.")
    error = FieldError("Idempotency-Key:", "missing" if key is None else "unusable", words)
    raise Problem(400, "idempotency-key-missing", _("The Idempotency-Key is missing"), words, errors=[error])
