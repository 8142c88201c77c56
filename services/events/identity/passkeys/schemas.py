"""Models of requests about passkeys: from our script, and from the forms of the account page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, Field

from services.events.identity.passkeys.domain import LONGEST_NAME
from shared.fields.cpr import MayLookLikeCpr
from shared.fields.text import FreeText, Line

if TYPE_CHECKING:
    pass


OfDevice = Annotated[dict[str, Any], MayLookLikeCpr("keys and signatures of a device, in base64url")]


class RegistrationOptionsIn(BaseModel):
    """The request for registration options, with the enrolment code if one is required."""

    code: Annotated[FreeText, Field(max_length=40)] | None = None


class CredentialIn(BaseModel):
    """A response of `navigator.credentials.create` or `.get`, from its `toJSON`."""

    credential: OfDevice


class SignInIn(BaseModel):
    """A response of `navigator.credentials.get`, from its `toJSON`, and the local path to go on to."""

    credential: OfDevice
    next: Annotated[str, Field(max_length=2000), MayLookLikeCpr("an address of ours, with ids in it")] | None = None


class PasskeyName(BaseModel):
    """A new name for a passkey."""

    name: Annotated[Line, Field(min_length=1, max_length=LONGEST_NAME)]
