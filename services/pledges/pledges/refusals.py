"""Every way in which the rules of pledges and hires say no, each a class of its own."""

from __future__ import annotations

from typing import ClassVar


class Refusal(Exception):
    """A rule of pledges and hires says no. Every refusal is a class of its own; `code` names it for programs.

    Attributes:
        field: JSON pointer of the field at fault, "" where none is.
    """

    code: ClassVar[str]
    field: ClassVar[str] = ""


class KeyUsedForAnother(Refusal):
    """The idempotency key was used before, for something else."""

    code = "idempotency-key-reused"


class IdTaken(Refusal):
    """Something else was already made under this id; the same again would have been the same answer."""

    code = "id-taken"
    field = "/id"


class TooManyPositions(Refusal):
    """A pledge promises at least one position, and no more than the installation allows."""

    code = "too-many-positions"
    field = "/positions"


class TooManyHours(Refusal):
    """Nobody works more hours a week than a full-time week has."""

    code = "too-many-hours"


class TooManyPledgedHours(TooManyHours):
    """The hours a pledge promises."""

    field = "/weekly_hours/to"


class TooManyHiredHours(TooManyHours):
    """The hours a hire begins with."""

    field = "/weekly_hours"


class UnknownEvent(Refusal):
    """The taskforce has no such event."""

    code = "event-not-found"
    field = "/event_id"


class PassRefused(Refusal):
    """An event pass does not open this."""


class PassForAnotherEvent(PassRefused):
    """The pass belongs to another event."""

    code = "pass-for-another-event"
    field = "/event_id"


class PassRevoked(PassRefused):
    """The event's passes have been revoked since this one was handed out."""

    code = "pass-revoked"


class PassExpired(PassRefused):
    """The event ended more than 14 days ago."""

    code = "pass-expired"


class EventIsOver(PassRefused):
    """Captured with a pass after the event had closed, or for a cancelled one."""

    code = "event-closed"


class UnknownPledge(Refusal):
    """The taskforce has no such pledge."""

    code = "pledge-not-found"
    field = "/pledge_id"


class UnknownPosition(Refusal):
    """The pledge has no position of this number or id."""

    code = "position-not-found"
    field = "/position"


class PositionTaken(Refusal):
    """The position has been filled or cancelled already."""

    code = "position-taken"
    field = "/position"


class NoPositionOpen(Refusal):
    """Every position of the pledge is filled or cancelled."""

    code = "no-position-open"


class PledgeEnded(Refusal):
    """The pledge was withdrawn, has lapsed or is a duplicate: nothing more can become of it."""

    code = "pledge-ended"


class StaleVersion(Refusal):
    """Somebody has changed the pledge since the asker last saw it."""

    code = "stale-version"


class CompanyMissing(Refusal):
    """A hire without a pledge has to say at which company."""

    code = "company-missing"
    field = "/company"


class ImplausibleStart(Refusal):
    """Before 2000, or more than two years ahead: a slip of the finger."""

    code = "implausible-start"
    field = "/start_date"


class EndsBeforeStart(Refusal):
    """Somebody is employed for a day at least."""

    code = "ends-before-start"
    field = "/ended_on"
