"""Models of requests about passkeys: from our script, and from the forms of the account page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, Field

from services.events.identity.passkeys.domain import LONGEST_NAME
from shared.fields.cpr import MayLookLikeCpr
from shared.fields.text import FreeText

if TYPE_CHECKING:
    pass


OfDevice = Annotated[dict[str, Any], MayLookLikeCpr("keys and signatures of a device, in base64url")]


class WantsPasskey(BaseModel):
    """Somebody wants to add a passkey."""

    code: Annotated[FreeText, Field(max_length=40)] | None = None


class Made(BaseModel):
    """What `navigator.credentials.create` gave, as its `toJSON` says it."""

    credential: OfDevice


class Signed(BaseModel):
    """What `navigator.credentials.get` gave, as its `toJSON` says it."""

    credential: OfDevice
    next: Annotated[str, Field(max_length=2000), MayLookLikeCpr("an address of ours, with ids in it")] | None = None


class Name(BaseModel):
    """What to call a passkey."""

    name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
