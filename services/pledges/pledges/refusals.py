"""Every way in which the rules of pledges and hires say no, each a class of its own."""

from __future__ import annotations

from shared.i18n.translations import N_
from shared.refusals import Refusal


class KeyUsedForAnother(Refusal):
    """The idempotency key was used before, for something else."""

    code = "idempotency-key-reused"
    kind = "invalid"
    title = N_("This was sent before with other content")
    detail = N_("Send something new under a new Idempotency-Key.")


class IdTaken(Refusal):
    """Something else was already made under this id; the same again would have been the same answer."""

    code = "id-taken"
    kind = "conflict"
    title = N_("This has been received already, with other content")
    detail = N_("Look at what was received, and log what is missing as something new.")
    field = "/id"


class TooManyPositions(Refusal):
    """A pledge promises at least one position, and no more than the installation allows."""

    code = "too-many-positions"
    kind = "invalid"
    title = N_("Too many positions for one pledge")
    detail = N_("A pledge has from 1 to %(positions)s positions.")
    field = "/positions"


class TooManyHours(Refusal):
    """Nobody works more hours a week than a full-time week has."""

    code = "too-many-hours"
    kind = "invalid"
    title = N_("Too many hours a week")
    detail = N_("A week has at most %(hours)s hours of work.")


class TooManyPledgedHours(TooManyHours):
    """The hours a pledge promises."""

    field = "/weekly_hours/to"


class TooManyHiredHours(TooManyHours):
    """The hours a hire begins with."""

    field = "/weekly_hours"


class UnknownEvent(Refusal):
    """The taskforce has no such event."""

    code = "event-not-found"
    kind = "invalid"
    title = N_("The event does not exist")
    detail = N_("Choose the event from the list.")
    field = "/event_id"


class PassRefused(Refusal):
    """An event pass does not open this."""


class PassForAnotherEvent(PassRefused):
    """The pass belongs to another event."""

    code = "pass-for-another-event"
    kind = "forbidden"
    title = N_("The pass is for another event")
    detail = N_("Scan the code at the event you are at.")
    field = "/event_id"


class PassRevoked(PassRefused):
    """The event's passes have been revoked since this one was handed out."""

    code = "pass-revoked"
    kind = "forbidden"
    title = N_("The pass is no longer valid")
    detail = N_("Scan the event's new code, or ask the coordinator.")


class PassExpired(PassRefused):
    """The event ended more than 14 days ago."""

    code = "pass-expired"
    kind = "forbidden"
    title = N_("The pass has run out")
    detail = N_("Passes work until 14 days after the event. Give the pledge to the coordinator.")


class EventIsOver(PassRefused):
    """Captured with a pass after the event had closed, or for a cancelled one."""

    code = "event-closed"
    kind = "forbidden"
    title = N_("The event has closed")
    detail = N_("Only what was captured while it was open comes in with its pass. Give the pledge to the coordinator.")


class UnknownPledge(Refusal):
    """The taskforce has no such pledge."""

    code = "pledge-not-found"
    kind = "invalid"
    title = N_("The pledge does not exist")
    detail = N_("Choose it from the work list.")
    field = "/pledge_id"


class UnknownPosition(Refusal):
    """The pledge has no position of this number or id."""

    code = "position-not-found"
    kind = "invalid"
    title = N_("The pledge has no such position")
    detail = N_("Choose one of its positions.")
    field = "/position"


class PositionTaken(Refusal):
    """The position has been filled or cancelled already."""

    code = "position-taken"
    kind = "conflict"
    title = N_("The position has been filled already")
    detail = N_("Somebody was quicker. Choose another position.")
    field = "/position"


class NoPositionOpen(Refusal):
    """Every position of the pledge is filled or cancelled."""

    code = "no-position-open"
    kind = "conflict"
    title = N_("No position is vacant")
    detail = N_("All positions of the pledge are filled or cancelled.")


class PledgeEnded(Refusal):
    """The pledge was withdrawn, has lapsed or is a duplicate: nothing more can become of it."""

    code = "pledge-ended"
    kind = "conflict"
    title = N_("The pledge has ended")
    detail = N_("It was withdrawn, has lapsed, or is another one's duplicate.")


class StaleVersion(Refusal):
    """Somebody has changed the pledge since the asker last saw it."""

    code = "stale-version"
    kind = "stale"
    title = N_("Somebody changed the pledge before you")
    detail = N_("Look at it again and compare.")


class CompanyMissing(Refusal):
    """A hire without a pledge has to say at which company."""

    code = "company-missing"
    kind = "invalid"
    title = N_("The company is missing")
    detail = N_("A hire without a pledge says at which company.")
    field = "/company"


class ImplausibleStart(Refusal):
    """Before 2000, or more than two years ahead: a slip of the finger."""

    code = "implausible-start"
    kind = "invalid"
    title = N_("The start date cannot be right")
    detail = N_("The first day must lie between 2000 and two years from now.")
    field = "/start_date"


class EndsBeforeStart(Refusal):
    """Somebody is employed for a day at least."""

    code = "ends-before-start"
    kind = "invalid"
    title = N_("The hire ends before it starts")
    detail = N_("The first day without the job comes after the first day with it.")
    field = "/ended_on"
