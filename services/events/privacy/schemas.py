"""The forms by which administrators look up a person, download a report and erase what is held."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal, Self

from pydantic import BaseModel, Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from shared.fields.cpr import MayLookLikeCpr
from shared.i18n.translations import Language
from shared.privacy.subject_requests import SubjectRequest

if TYPE_CHECKING:
    from shared.http.auth import Principal
    from shared.privacy.access_log import Action


Why = Literal["subject_access", "subject_erasure", "subject_rectification", "supervision"]


_DIGITS_OF_PHONE: Final = 8


_DIGITS_OF_CVR: Final = 8


class Search(BaseModel):
    """Who is looked up, and what for: at least one of the three that people are known by, as `tilsagn person` asks."""

    email: Annotated[str, Field(max_length=254)] | None = None
    phone: (
        Annotated[str, Field(max_length=40), MayLookLikeCpr("a telephone number of any country, searched for")] | None
    ) = None
    cvr: Annotated[str, Field(max_length=20)] | None = None
    purpose: Why

    @field_validator("phone", "cvr")
    @classmethod
    def _digits(cls, value: str | None, info: ValidationInfo) -> str | None:
        digits = sum(map(str.isdigit, value or ""))
        if value and info.field_name == "phone" and digits < _DIGITS_OF_PHONE:
            raise PydanticCustomError("phone_too_short", "Type all eight digits of the number")
        if value and info.field_name == "cvr" and digits != _DIGITS_OF_CVR:
            raise PydanticCustomError("cvr_digits", "A CVR number has eight digits")
        return value

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if not (self.email or self.phone or self.cvr):
            raise PydanticCustomError("nobody_asked_for", "Type an e-mail address, a telephone number or a CVR number")
        return self

    @property
    def known_by(self) -> str:
        """What has to be typed once more before they are erased: what they were searched for."""
        return self.email or self.phone or self.cvr or ""

    def inquiry(self, principal: Principal, action: Action, language: Language) -> SubjectRequest:
        """As the services are asked."""
        return SubjectRequest(
            taskforce=principal.taskforce,
            emails=tuple(filter(None, [self.email])),
            phones=tuple(filter(None, [self.phone])),
            cvrs=tuple(filter(None, [self.cvr])),
            who=principal.subject,
            purpose=self.purpose,
            action=action,
            language=language,
        )


class WantsReport(Search):
    """A report that is to be downloaded."""

    format: Literal["pdf", "json"]
    language: Language


class Confirmation(Search):
    """Somebody is to be erased: who, typed once more, and the digest of what was shown."""

    seen: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    typed: Annotated[str, Field(max_length=254)] | None = None

    @property
    def is_meant(self) -> bool:
        """Whether what was typed is what they were searched for."""
        return _compared(self.typed or "") == _compared(self.known_by)


def _compared(text: str) -> str:
    """What was typed, for comparing: a number by its digits, an address in any case."""
    digits = "".join(filter(str.isdigit, text))
    return digits[-_DIGITS_OF_PHONE:] if digits and "@" not in text else text.strip().casefold()
