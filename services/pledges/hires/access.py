"""As whom a principal reads and changes hires. Who may call a route is declared at the route."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request

from services.pledges.hires.domain import HireEditor
from services.pledges.participants.access import record_refusal
from services.pledges.participants.refusals import UnknownParticipant
from shared.http.auth import Principal, require

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.pledges.hires.schemas import HireOut

HireRevoker = Annotated[Principal, Depends(require("caseworker", "coordinator"))]


def sees_person(principal: Principal, municipality: str | None) -> bool:
    """Whether the principal is a case worker who sees and changes what concerns the person of a hire.

    Args:
        municipality: of the case worker who confirmed the hire; None: no municipality restricts it.
    """
    return principal.has("caseworker") and municipality in {None, principal.municipality}


def visible_hire(principal: Principal, hire: HireOut) -> HireOut:
    """Return the hire as the principal may see it."""
    return hire if sees_person(principal, hire.caseworker_municipality) else hire.without_person()


def edits_hires_as(principal: Principal) -> HireEditor:
    """Return as whom the principal changes hires."""
    return HireEditor(principal.person_id, principal.municipality, coordinator=principal.has("coordinator"))


def record_unknown_participant(request: Request) -> None:
    """Record that somebody named a participant whom they do not see, or who does not exist."""
    record_refusal(request, "not_found")


@contextmanager
def unknown_participants_recorded(request: Request) -> Iterator[None]:
    """Record `UnknownParticipant`, and let it through."""
    try:
        yield
    except UnknownParticipant:
        record_unknown_participant(request)
        raise
