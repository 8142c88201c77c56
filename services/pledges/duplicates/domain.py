"""The proposal to merge two pledges: the rules for deciding on it. Imports no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal, Protocol
from uuid import UUID, uuid5

from services.pledges.duplicates.refusals import (
    BothFilled,
    CountedMustStay,
    FilledMustStay,
    NotMerged,
    NotOfProposal,
    ProposalChanged,
    SeparateFirst,
)
from services.pledges.pledges.refusals import PledgeEnded

if TYPE_CHECKING:
    from services.pledges.pledges.domain import Pledge
    from shared.contracts.pledges import PledgeStatus

ProposalStatus = Literal["open", "merged", "kept", "outdated"]
ProposalDecision = Literal["merge", "keep", "unmerge"]

_NAMESPACE: Final = UUID("6a5d3b0e-4e0c-4a6b-9c39-0f3a3c1f7a11")


class Mergeable(Protocol):
    """A pledge, as far as it matters for which of two stays."""

    @property
    def id(self) -> UUID: ...
    @property
    def counted(self) -> bool: ...
    @property
    def has_filled_position(self) -> bool: ...
    @property
    def status(self) -> PledgeStatus: ...


def suggested(first: Mergeable, second: Mergeable) -> UUID:
    """Return which of two pledges stays unless a coordinator chooses the other.

    It is the one that has become a job, else the one that counts, else the one for which a person is found, else the
    first.
    """
    order = [(one.has_filled_position, one.counted, one.status == "in_progress") for one in (first, second)]
    return second.id if order[1] > order[0] else first.id


def proposal_id(one: UUID, other: UUID) -> UUID:
    """Return the id of the proposal to merge two pledges, in whichever order they are named."""
    first, second = sorted((one, other))
    return uuid5(_NAMESPACE, f"{first} {second}")


@dataclass(slots=True)
class Proposal:
    """Two pledges that may be the same promise, and what was decided.

    Attributes:
        first_id, second_id: the pledges; the first was received before the second.
        version: counts the decisions, from 1.
        status: `open` until a coordinator decides; `outdated` when the two were corrected and are not alike any more.
        stays_id: the pledge that counts for both while they are merged.
    """

    taskforce_id: UUID
    id: UUID
    first_id: UUID
    second_id: UUID
    proposed_at: datetime
    version: int = 1
    status: ProposalStatus = "open"
    stays_id: UUID | None = None

    def merge(
        self, first: Pledge, second: Pledge, *, stays_id: UUID | None = None, seen_version: int | None = None
    ) -> Pledge | None:
        """Merge the pledges: one stays and counts for both, the other becomes its duplicate.

        Args:
            first, second: the pledges of the proposal.
            stays_id: the pledge that stays; None: see `suggested`.
            seen_version: the version that the coordinator saw; None: any version is accepted.

        Returns:
            The pledge that has become a duplicate; None where they are merged so already.

        Raises:
            ProposalChanged, NotOfProposal
            SeparateFirst: they are merged the other way round.
            PledgeEnded: one of them was withdrawn, has lapsed or is a duplicate.
            BothFilled, FilledMustStay: a pledge with a filled position can only be the one that stays.
            CountedMustStay: the one that is to stay does not count, and the other one does.
        """
        if stays_id not in {None, first.id, second.id}:
            raise NotOfProposal
        if self.status == "merged" and stays_id in {None, self.stays_id}:
            return None
        self._check_version(seen_version)
        if self.status == "merged":
            raise SeparateFirst
        if first.ended_as is not None or second.ended_as is not None:
            raise PledgeEnded
        stays = first if (stays_id or suggested(first, second)) == first.id else second
        goes = second if stays is first else first
        if goes.has_filled_position:
            raise BothFilled if stays.has_filled_position else FilledMustStay
        if goes.counted and not stays.counted:
            raise CountedMustStay
        goes.merge_into(stays.id)
        self._decide("merged", stays.id)
        return goes

    def unmerge(self, duplicate: Pledge, *, seen_version: int | None = None) -> bool:
        """Separate the pledges: the duplicate is again what it was before they were merged.

        Args:
            duplicate: the pledge of the proposal that does not stay.

        Returns:
            Whether it changed anything: False where they have been separated already, or both were kept.

        Raises:
            ProposalChanged
            NotMerged: nobody has decided on them.
        """
        if self.status == "kept":
            return False
        self._check_version(seen_version)
        if self.status != "merged":
            raise NotMerged
        duplicate.unmerge()
        self._decide("kept", None)
        return True

    def keep(self, *, seen_version: int | None = None) -> bool:
        """Record that the two are two promises. They are not proposed again.

        Returns:
            Whether it changed anything. The same decision again changes nothing.

        Raises:
            ProposalChanged, SeparateFirst
        """
        if self.status == "kept":
            return False
        self._check_version(seen_version)
        if self.status == "merged":
            raise SeparateFirst
        self._decide("kept", None)
        return True

    def _check_version(self, seen_version: int | None) -> None:
        if seen_version is not None and seen_version != self.version:
            raise ProposalChanged

    def _decide(self, status: ProposalStatus, stays_id: UUID | None) -> None:
        self.status = status
        self.stays_id = stays_id
        self.version += 1
