"""Models of requests and responses about companies, for the API and the pages."""

from __future__ import annotations

from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from services.events.register.domain import Company
from services.events.register.queries import CompanyRow
from shared.contracts.message import MunicipalityCode
from shared.fields.cvr import TypedCvr
from shared.fields.text import Name
from shared.http.schemas import RequestModel, ResponseModel
from shared.i18n.translations import gettext as _

Industry = Annotated[str, StringConstraints(pattern=r"^\d{6}$")]


class FieldWarning(ResponseModel):
    """A field that was accepted although it looks wrong; a person should check it."""

    pointer: str = Field(description="the field, as a JSON pointer", examples=["/cvr"])
    code: str = Field(description="stable, for programs", examples=["cvr_checksum"])
    message: str = Field(description="for people, in the language of the request")


def cvr_warnings(*, as_typed: str | None, shared: bool) -> list[FieldWarning]:
    """Return the warnings about a company's CVR number.

    Args:
        as_typed: what was typed, where it is no CVR number.
        shared: whether another company of the register has the same number.
    """
    warnings = []
    if as_typed is not None:
        warnings.append(
            FieldWarning(
                pointer="/cvr",
                code="cvr_checksum",
                message=_("This is not a CVR number. The company is registered without it; please check the number."),
            )
        )
    if shared:
        warnings.append(
            FieldWarning(
                pointer="/cvr",
                code="cvr_shared",
                message=_("Another company of the register has the same CVR number. Is it the same company?"),
            )
        )
    return warnings


_EXAMPLE: JsonDict = {
    "id": "0b9a5a4e-6a0f-4c3b-9b1d-2f6a5d1c7e10",
    "name": "Bang & Olufsen A/S",
    "cvr": "41257911",
    "municipality": "0671",
    "member": True,
}


class CompanyIn(RequestModel):
    """A company to register."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: UUID = Field(description="a UUID that the client makes; sending the same request again gives the same answer")
    name: Name
    cvr: Annotated[TypedCvr, Field(max_length=20)] | None = Field(
        None, description="as typed; an invalid number is accepted with a warning and kept in cvr_as_typed"
    )
    municipality: MunicipalityCode | None = Field(None, description="four-digit code as text")
    industry: Industry | None = Field(None, description="DB07 code, six digits")
    member: bool = Field(False, description="a member company of the taskforce")
    personally_owned: bool = Field(False, description="its name is a person's name and stays in the register")

    def company(self) -> Company:
        """Return the company, with its CVR number checked."""
        return Company.as_typed(**self.model_dump())


class CompanyOut(ResponseModel):
    """A company of the register."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE | {"personally_owned": False, "warnings": []}]})

    id: UUID
    name: str
    cvr: str | None = Field(description="only a number with a valid checksum")
    cvr_as_typed: str | None = Field(description="what was typed, where it is no CVR number")
    municipality: str | None
    industry: str | None
    member: bool
    personally_owned: bool
    warnings: list[FieldWarning]

    @classmethod
    def of(cls, row: CompanyRow) -> Self:
        """Return the row with its warnings."""
        warnings = cvr_warnings(as_typed=row.cvr_as_typed, shared=row.cvr_shared)
        return cls(**row.model_dump(include=set(cls.model_fields)), warnings=warnings)


class CompanyPage(ResponseModel):
    """One page of companies, by name."""

    items: list[CompanyOut]
    next_page_token: str | None = Field(description="None on the last page")
