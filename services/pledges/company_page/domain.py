"""A company's link and its answers. Imports no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal
from uuid import UUID

from services.pledges.company_page.refusals import AnswerAlreadyUndone, LinkExpired, LinkRevoked
from services.pledges.pledges.domain import Guest

if TYPE_CHECKING:
    from services.pledges.pledges.domain import Pledge
    from shared.contracts.pledges import CheckpointAnswer, CheckpointMonths

LIFETIME: Final = timedelta(days=90)
"""Of a link, from the last mail with it or the last answer given with it."""
_RENEWED_AFTER: Final = timedelta(days=1)
"""A link is renewed once a day at most, so that few rows are written."""

AnswerKind = Literal["affirmed", "adjusted", "withdrawn", "still_employed", "registered", "unregistered"]


@dataclass(slots=True)
class CompanyLink:
    """A link with which a company opens its page. It is bound to the company and not to a person.

    Attributes:
        issued_by: the account that made it; None: it was made for a mail.
        revoked_by: the account that revoked it; None where it works, or had expired when the next one was made.
    """

    taskforce_id: UUID
    id: UUID
    company_id: UUID
    issued_at: datetime
    issued_by: UUID | None
    expires_at: datetime
    revoked_at: datetime | None = None
    revoked_by: UUID | None = None

    @classmethod
    def issue(cls, taskforce_id: UUID, id: UUID, company_id: UUID, *, by: UUID | None, at: datetime) -> CompanyLink:
        """Return a new link."""
        return cls(taskforce_id, id, company_id, at, by, at + LIFETIME)

    def works(self, at: datetime) -> bool:
        """Whether the company's page opens with it."""
        return self.revoked_at is None and at < self.expires_at

    def check(self, at: datetime) -> None:
        """Raise `LinkRevoked` or `LinkExpired` unless it works."""
        if self.revoked_at is not None:
            raise LinkRevoked
        if not self.works(at):
            raise LinkExpired

    def renew(self, at: datetime) -> bool:
        """Let a link that works last 90 days from now. Returns whether that changes it: once a day at most."""
        if not self.works(at) or self.expires_at > at + LIFETIME - _RENEWED_AFTER:
            return False
        self.expires_at = at + LIFETIME
        return True

    def revoke(self, *, by: UUID | None, at: datetime) -> bool:
        """Let the link work no longer. Returns whether that changes it."""
        if self.revoked_at is not None:
            return False
        self.revoked_at, self.revoked_by = at, by
        return True


@dataclass(slots=True)
class CompanyAnswer:
    """What a company has answered on its page.

    Attributes:
        id: made with the page on which the answer is checked, so that sent twice it is given once.
        version: of the pledge, the hire or the request to the event, after the answer.
        months, answer: of an answer whether somebody is still employed.
        seen_by: the account that has ticked it off; None while `seen_at` is None.
    """

    taskforce_id: UUID
    id: UUID
    company_id: UUID
    kind: AnswerKind
    version: int
    answered_at: datetime
    pledge_id: UUID | None = None
    hire_id: UUID | None = None
    event_id: UUID | None = None
    months: CheckpointMonths | None = None
    answer: CheckpointAnswer | None = None
    seen_by: UUID | None = None
    seen_at: datetime | None = None
    undone_by: UUID | None = None
    undone_at: datetime | None = None

    def see(self, *, by: UUID, at: datetime) -> bool:
        """Tick it off. Returns whether that changes it: whoever sees it first stays."""
        if self.seen_at is not None:
            return False
        self.seen_by, self.seen_at = by, at
        return True

    def undo(self, *, by: UUID, at: datetime) -> None:
        """Record that it was undone, and with that seen. Raises `AnswerAlreadyUndone`."""
        if self.undone_at is not None:
            raise AnswerAlreadyUndone
        self.undone_by, self.undone_at = by, at
        self.see(by=by, at=at)


def contact_is_known(pledge: Pledge) -> bool:
    """Whether the pledge's contact may be sent the company's link: staff have had to do with the pledge.

    Anybody in the hall can log a pledge with an event's code, in the name of any company and with an address of their
    own. So the contact of such a pledge gets no link until a coordinator has accepted it or a case worker has found
    somebody for one of its positions.
    """
    if pledge.company_id is None or not pledge.counted or "company_unconfirmed" in pledge.flags:
        return False
    worked_on = any(position.status in {"matched", "trial", "filled"} for position in pledge.positions)
    return not isinstance(pledge.logged_by, Guest) or pledge.review == "accepted" or worked_on
