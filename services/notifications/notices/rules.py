"""What is said to whom because of which change. No I/O: facts in, notices out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal
from uuid import UUID, uuid5

from shared.contracts.events import PersonInvited, SignInLinkRequested
from shared.contracts.pledges import HireConfirmed, PledgeLogged
from shared.fields.copenhagen import COPENHAGEN

if TYPE_CHECKING:
    from shared.contracts.message import Message

Rule = Literal["pledge_received", "pledge_became_hire", "sign_in_link", "invitation"]
RecipientKind = Literal["pledge_contact", "person"]

OLD_NEWS: Final = timedelta(hours=24)
"""Nothing acts on a change older than this, whatever is replayed."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to be told to somebody.

    Attributes:
        about_id: the aggregate it tells of.
        recipient_id: the pledge whose contact it is for, or the person.
        happened_at: when the change it tells of happened.
        facts: what the mail says, all of it public: counts, hours, dates, codes, ids.
    """

    rule: Rule
    about_id: UUID
    recipient_kind: RecipientKind
    recipient_id: UUID
    happened_at: datetime
    facts: dict[str, Any]

    @property
    def delivery_id(self) -> UUID:
        """The same for every message that would say the same thing again."""
        return uuid5(self.about_id, self.rule)


def notices(message: Message) -> list[Notice]:
    """Return what a message gives rise to; nothing for one that no rule speaks of."""
    if isinstance(message, SignInLinkRequested):
        return [_sign_in_link(message)]
    if isinstance(message, PersonInvited):
        return [_invitation(message)]
    if isinstance(message, PledgeLogged):
        return [_pledge_received(message)]
    if isinstance(message, HireConfirmed) and message.pledge_id is not None and message.logged_by is not None:
        return [_pledge_became_hire(message, message.pledge_id, message.logged_by)]
    return []


def is_old_news(happened_at: datetime, now: datetime) -> bool:
    """Whether a change is too old to tell anybody of."""
    return now - happened_at > OLD_NEWS


def _sign_in_link(asked: SignInLinkRequested) -> Notice:
    return Notice(
        rule="sign_in_link",
        about_id=asked.request_id,
        recipient_kind="person",
        recipient_id=asked.person_id,
        happened_at=asked.recorded_at,
        facts={"request_id": str(asked.request_id), "expires_at": asked.expires_at.isoformat()},
    )


def _invitation(invited: PersonInvited) -> Notice:
    return Notice(
        rule="invitation",
        about_id=invited.invitation_id,
        recipient_kind="person",
        recipient_id=invited.person_id,
        happened_at=invited.recorded_at,
        facts={},
    )


def _pledge_received(pledge: PledgeLogged) -> Notice:
    happened_at = pledge.recorded_at
    if pledge.captured_by == "import":
        # An import may bring pledges of years ago: told now, they were given on their day.
        day_after = pledge.pledged_on + timedelta(days=1)
        happened_at = min(happened_at, datetime.combine(day_after, time(), COPENHAGEN))
    return Notice(
        rule="pledge_received",
        about_id=pledge.pledge_id,
        recipient_kind="pledge_contact",
        recipient_id=pledge.pledge_id,
        happened_at=happened_at,
        facts={
            "pledge_id": str(pledge.pledge_id),
            "job_type": pledge.job_type,
            "positions": len(pledge.positions),
            "hours_from": str(pledge.weekly_hours_from),
            "hours_to": str(pledge.weekly_hours_to),
            "pledged_on": pledge.pledged_on.isoformat(),
        },
    )


def _pledge_became_hire(hire: HireConfirmed, pledge_id: UUID, logged_by: UUID) -> Notice:
    return Notice(
        rule="pledge_became_hire",
        about_id=hire.hire_id,
        recipient_kind="person",
        recipient_id=logged_by,
        # A later version of an old hire is no news of its confirmation.
        happened_at=min(hire.recorded_at, hire.confirmed_at),
        facts={
            "pledge_id": str(pledge_id),
            "job_type": hire.job_type,
            "weekly_hours": str(hire.weekly_hours),
            "start_date": hire.start_date.isoformat(),
        },
    )
