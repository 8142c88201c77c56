"""What the page of the task catalogue sends."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from services.pledges.catalogue.built_in import Group
from services.pledges.catalogue.domain import Step
from shared.fields.cpr import refuse_cpr
from shared.fields.text import canonical_line
from shared.http.schemas import RequestModel

# A longer one does not fit a chip on a phone.
Label = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=60),
    AfterValidator(canonical_line),
    AfterValidator(refuse_cpr),
]


class TaskForm(RequestModel):
    """A new task."""

    danish: Label
    english: Label
    group: Group


class StepForm(RequestModel):
    """A change of a task. `version` is the catalogue's that the page showed."""

    step: Step
    version: int | None = None
