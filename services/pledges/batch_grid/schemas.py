"""What the page of paper slips sends. `PledgeIn` validates the rows."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import BaseModel, Field

from services.pledges.pledges.schemas import TypedId
from shared.fields.cpr import MayLookLikeCpr

MAX_SLIPS: Final = 200
"""Of one batch. The largest evening had 104."""


class SlipForm(BaseModel):
    """A row of the grid, as it was typed."""

    id: TypedId | None = None
    company: str | None = None
    cvr: str | None = None
    positions: str | None = None
    hours_from: str | None = None
    hours_to: str | None = None
    contact: str | None = None
    phone: str | None = None
    email: str | None = None
    tasks: str | None = None
    job_type: str | None = None

    def cells(self) -> dict[str, str]:
        """Return what was typed, by cell; empty cells are left out."""
        typed: dict[str, Any] = self.model_dump(exclude={"id"}, exclude_none=True)
        return {name: text for name, text in typed.items() if text}

    def is_empty(self) -> bool:
        """Whether nothing was typed."""
        return not self.cells()


COLUMNS: Final = tuple(name for name in SlipForm.model_fields if name != "id")
"""The grid's columns, in their order."""


class BatchForm(BaseModel):
    """The whole page.

    Attributes:
        expected_slips, expected_positions: what the typist counted in the pile.
        confirmed: the totals (`Totals`) of the grid that were confirmed although they differ.
        step: `save`, or `more_rows`.
    """

    event_id: TypedId | None = None
    expected_slips: str | None = None
    expected_positions: str | None = None
    confirmed: str | None = None
    step: str = "save"
    rows: Annotated[
        dict[int, SlipForm],
        Field(max_length=MAX_SLIPS),
        MayLookLikeCpr("each row is searched where it is read, so that the error is in its cell"),
    ] = {}

    def slips(self) -> dict[int, SlipForm]:
        """Return the rows with something in them, by their number in the grid, in their order."""
        return {number: row for number, row in sorted(self.rows.items()) if not row.is_empty()}
