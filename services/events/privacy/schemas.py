"""The forms by which administrators search for a person, download a report and erase data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Final, Literal, LiteralString, Self

from pydantic import BaseModel, Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from shared.fields.case_reference import MAX_LENGTH, CaseReference, case_reference_key
from shared.fields.cpr import MayLookLikeCpr, refuse_cpr
from shared.fields.cvr import cvr_digits
from shared.fields.email import decoded_email, email_key, email_spellings
from shared.fields.phone import phone_spellings
from shared.fields.text import drop_invisible
from shared.i18n.translations import Language
from shared.privacy.subject_requests import SubjectRequest
from shared.product.municipalities import MUNICIPALITIES

if TYPE_CHECKING:
    from shared.http.auth import Principal
    from shared.privacy.access_log import Action


_SEARCHED_FOR = MayLookLikeCpr("an address or a number of any country, searched for")
_SPELLINGS: Final[Mapping[str, Callable[[str], Sequence[str]]]] = MappingProxyType(
    {
        "email": lambda term: list(map(email_key, email_spellings(term))),
        "phone": phone_spellings,
        "cvr": lambda term: list(filter(None, [cvr_digits(term)])),
    }
)
"""The spellings of a complete search term, by field; none for a partial one."""
_NOT_WHOLE: Final[Mapping[str, tuple[str, LiteralString]]] = MappingProxyType(
    {
        "email": ("email", "Type the whole address, such as name@company.dk"),
        "phone": ("phone_too_short", "Type all eight digits of the number"),
        "cvr": ("cvr_digits", "A CVR number has eight digits"),
    }
)

Purpose = Literal["subject_access", "subject_erasure", "subject_rectification", "supervision"]


class SubjectSearch(BaseModel):
    """The search terms and the purpose: at least one of e-mail address, telephone, CVR number and case reference, each
    of them complete. A case reference needs its municipality."""

    email: Annotated[str, Field(max_length=254), _SEARCHED_FOR] | None = None
    phone: Annotated[str, Field(max_length=40), _SEARCHED_FOR] | None = None
    cvr: Annotated[str, Field(max_length=20)] | None = None
    municipality: Annotated[str, Field(max_length=4)] | None = None
    case_reference: Annotated[str, Field(max_length=MAX_LENGTH)] | None = None
    purpose: Purpose

    @field_validator("email", "phone", "cvr")
    @classmethod
    def _is_whole(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None:
            return None
        term = drop_invisible(value).strip()
        assert info.field_name is not None
        if not _SPELLINGS[info.field_name](term):
            refuse_cpr(term)
            raise PydanticCustomError(*_NOT_WHOLE[info.field_name])
        return term

    @field_validator("email")
    @classmethod
    def _is_readable(cls, value: str | None) -> str | None:
        # The page and the report show it, and before erasing it has to be typed again.
        return decoded_email(value) if value else value

    @field_validator("municipality")
    @classmethod
    def _is_a_municipality(cls, value: str | None) -> str | None:
        if value is not None and value not in MUNICIPALITIES:
            raise PydanticCustomError("municipality", "There is no municipality with this code")
        return value

    @field_validator("case_reference")
    @classmethod
    def _has_a_municipality(cls, value: str | None, info: ValidationInfo) -> str | None:
        # The same reference may be somebody else's in another municipality.
        if value is not None and "municipality" in info.data and info.data["municipality"] is None:
            raise PydanticCustomError("municipality_missing", "Type the code of the municipality, too")
        return value

    @model_validator(mode="after")
    def _has_a_term(self) -> Self:
        if not (self.email or self.phone or self.cvr or self.case_reference):
            raise PydanticCustomError(
                "nobody_asked_for", "Type an e-mail address, a telephone number, a CVR number or a case reference"
            )
        return self

    @property
    def case(self) -> CaseReference | None:
        """The case reference with its municipality."""
        if self.municipality is None or self.case_reference is None:
            return None
        return CaseReference(self.municipality, self.case_reference)

    @property
    def main_term(self) -> str:
        """The search term that has to be typed again before erasing."""
        return self.email or self.phone or self.cvr or self.case_reference or ""

    def subject_request(self, principal: Principal, action: Action, language: Language) -> SubjectRequest:
        """Return the request to the services."""
        return SubjectRequest(
            taskforce=principal.taskforce,
            emails=tuple(filter(None, [self.email])),
            phones=tuple(filter(None, [self.phone])),
            cvrs=tuple(filter(None, [self.cvr])),
            cases=tuple(filter(None, [self.case])),
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
        """Whether the search term was typed again correctly, in any of its spellings."""
        typed, term = self.typed or "", self.main_term
        if term == self.case_reference:
            return case_reference_key(typed) == case_reference_key(term)
        return any(not set(of(typed)).isdisjoint(of(term)) for of in _SPELLINGS.values())
