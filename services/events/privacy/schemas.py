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


Purpose = Literal["subject_access", "subject_erasure", "subject_rectification", "supervision"]


_DIGITS_OF_PHONE: Final = 8


_DIGITS_OF_CVR: Final = 8


class SubjectSearch(BaseModel):
    """Who is looked up, and why: at least one of e-mail address, telephone and CVR number."""

    email: Annotated[str, Field(max_length=254)] | None = None
    phone: (
        Annotated[str, Field(max_length=40), MayLookLikeCpr("a telephone number of any country, searched for")] | None
    ) = None
    cvr: Annotated[str, Field(max_length=20)] | None = None
    purpose: Purpose

    @field_validator("phone", "cvr")
    @classmethod
    def _has_all_digits(cls, value: str | None, info: ValidationInfo) -> str | None:
        digits = sum(map(str.isdigit, value or ""))
        if value and info.field_name == "phone" and digits < _DIGITS_OF_PHONE:
            raise PydanticCustomError("phone_too_short", "Type all eight digits of the number")
        if value and info.field_name == "cvr" and digits != _DIGITS_OF_CVR:
            raise PydanticCustomError("cvr_digits", "A CVR number has eight digits")
        return value

    @model_validator(mode="after")
    def _has_a_term(self) -> Self:
        if not (self.email or self.phone or self.cvr):
            raise PydanticCustomError("nobody_asked_for", "Type an e-mail address, a telephone number or a CVR number")
        return self

    @property
    def main_term(self) -> str:
        """The search term that has to be typed again before erasing."""
        return self.email or self.phone or self.cvr or ""

    def subject_request(self, principal: Principal, action: Action, language: Language) -> SubjectRequest:
        """Return the request to the services."""
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


class ReportForm(SubjectSearch):
    """The form that downloads a report."""

    format: Literal["pdf", "json"]
    language: Language


class ErasureConfirmation(SubjectSearch):
    """The form that confirms an erasure: the search term typed again, and the digest of the findings shown."""

    seen: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    typed: Annotated[str, Field(max_length=254)] | None = None

    @property
    def is_confirmed(self) -> bool:
        """Whether the search term was typed again correctly."""
        return _normalized(self.typed or "") == _normalized(self.main_term)


def _normalized(text: str) -> str:
    """Return a search term for comparing: the digits of a number, an address in lower case."""
    digits = "".join(filter(str.isdigit, text))
    return digits[-_DIGITS_OF_PHONE:] if digits and "@" not in text else text.strip().casefold()
