"""Why a pledge is refused, or a change of it: one class for each rule."""

from __future__ import annotations

from shared.i18n.translations import N_
from shared.refusals import Refusal


class IdTaken(Refusal):
    """Another request has made a pledge or hire with this id; the same request again would be answered with it."""

    code = "id-taken"
    kind = "conflict"
    title = N_("This has been received already, with other content")
    detail = N_("Look at what was received, and log what is missing as something new.")
    field = "/id"


class IdNotRandom(Refusal):
    """A guest's pledge has an id that is computed: such an id may belong to another sender's pledge."""

    code = "id-not-random"
    kind = "invalid"
    title = N_("The pledge's id is not random")
    detail = N_("Send it under a random UUID (version 4 or 7).")
    field = "/id"


class TooManyPositions(Refusal):
    """A pledge has at least one position, and no more than the installation allows."""

    code = "too-many-positions"
    kind = "invalid"
    title = N_("Too many positions for one pledge")
    detail = N_("A pledge has from 1 to %(positions)s positions.")
    field = "/positions"


class TooManyHours(Refusal):
    """More hours a week than the installation allows."""

    code = "too-many-hours"
    kind = "invalid"
    title = N_("Too many hours a week")
    detail = N_("A week has at most %(hours)s hours of work.")


class TooManyPledgedHours(TooManyHours):
    """The hours of a pledge."""

    field = "/weekly_hours/to"


class UnknownEvent(Refusal):
    """The taskforce has no such event, or its messages have not arrived."""

    code = "event-not-found"
    kind = "invalid"
    title = N_("The event does not exist")
    detail = N_("Choose the event from the list.")
    field = "/event_id"


class PassRefused(Refusal):
    """The pledge cannot be logged with this event pass."""


class PassForAnotherEvent(PassRefused):
    """The pass belongs to another event."""

    code = "pass-for-another-event"
    kind = "forbidden"
    title = N_("The pass is for another event")
    detail = N_("Scan the code at the event you are at.")
    field = "/event_id"


class PassRevoked(PassRefused):
    """The event has newer passes; older ones are revoked."""

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
    """Captured with a pass after the event had closed, or the event was cancelled."""

    code = "event-closed"
    kind = "forbidden"
    title = N_("The event has closed")
    detail = N_("Only what was captured while it was open comes in with its pass. Give the pledge to the coordinator.")


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


class PositionNotFound(Refusal):
    """The taskforce has no such position."""

    code = "position-unknown"
    kind = "not_found"
    title = N_("There is no such position")
    detail = N_("Find its pledge in the list of pledges.")
    next_step = ("/pledges", N_("Pledges"))


class PersonMatched(Refusal):
    """Somebody has been matched with the position already."""

    code = "person-matched"
    kind = "conflict"
    title = N_("A person is matched with the position already")
    detail = N_("Reopen the position first if the match came to nothing.")


class PositionNotMatched(Refusal):
    """A trial needs a person."""

    code = "position-not-matched"
    kind = "conflict"
    title = N_("Nobody is matched with the position")
    detail = N_("Match a person with it first.")


class PositionHasHire(Refusal):
    """The position is filled: what becomes of it is decided with its hire."""

    code = "position-has-hire"
    kind = "conflict"
    title = N_("The position is filled")
    detail = N_("End the hire, and choose there whether the position opens again.")


class PositionNotFilled(Refusal):
    """A position without a hire has none to lose."""

    code = "position-not-filled"
    kind = "conflict"
    title = N_("The position is not filled")
    detail = N_("No hire holds it. Look at the pledge again.")


class PositionNotOffered(Refusal):
    """The position was cancelled."""

    code = "position-not-offered"
    kind = "conflict"
    title = N_("The position is cancelled")
    detail = N_("Reopen it first if the company offers it again.")


class PositionVacant(Refusal):
    """An open position has nothing to be reopened for."""

    code = "position-vacant"
    kind = "conflict"
    title = N_("The position is vacant already")
    detail = N_("There is nothing to reopen. Look at the pledge again.")


class LastPosition(Refusal):
    """The only position that is left is not cancelled alone: that is the end of the pledge."""

    code = "last-position"
    kind = "conflict"
    title = N_("It is the last position of the pledge")
    detail = N_("Withdraw the pledge instead.")


class TrialDatesWrong(Refusal):
    """A trial ends before it starts, is too long, or lies too far away."""

    code = "trial-dates-wrong"
    kind = "invalid"
    title = N_("The dates of the trial cannot be right")
    detail = N_("A trial lasts at most 26 weeks, starts within half a year from today, and ends after it starts.")
    field = "/ends_on"


class NothingToUndo(Refusal):
    """The position's last step was undone already, or something else has happened since."""

    code = "nothing-to-undo"
    kind = "conflict"
    title = N_("There is nothing to undo")
    detail = N_("The last step was undone already, or somebody has changed the position since.")


class UndoneAtHire(Refusal):
    """The step came from a hire, and is undone there."""

    code = "undone-at-hire"
    kind = "conflict"
    title = N_("The step belongs to a hire")
    detail = N_("Undo the confirmation or the end of the hire; the position follows.")


class UndoneByOthers(Refusal):
    """Somebody else made the step."""

    code = "undone-by-others"
    kind = "forbidden"
    title = N_("Somebody else made this step")
    detail = N_("Whoever made it can undo it, or a coordinator.")


class TooLateToUndo(Refusal):
    """15 minutes have passed."""

    code = "too-late-to-undo"
    kind = "conflict"
    title = N_("It is too late to undo this")
    detail = N_("A step can be undone for 15 minutes. Make the next step instead.")


class NothingToLapse(Refusal):
    """No position of the pledge is vacant."""

    code = "nothing-to-lapse"
    kind = "conflict"
    title = N_("The pledge cannot lapse")
    detail = N_("None of its positions is vacant.")


class NotAboutToLapse(Refusal):
    """Something came of the pledge not long ago, or its lapse is put off."""

    code = "not-about-to-lapse"
    kind = "conflict"
    title = N_("The pledge is not about to lapse")
    detail = N_("It can be closed as lapsed from %(day)s. Withdraw it if its company has changed its mind.")


class ImplausibleDeferral(Refusal):
    """A lapse is put off into the past, or for more than a year."""

    code = "implausible-deferral"
    kind = "invalid"
    title = N_("The day cannot be right")
    detail = N_("Put it off until a day after today, and within a year.")
    field = "/until"


class PledgeEnded(Refusal):
    """The pledge was withdrawn, has lapsed or is a duplicate: no position of it can be filled."""

    code = "pledge-ended"
    kind = "conflict"
    title = N_("The pledge has ended")
    detail = N_("It was withdrawn, has lapsed, or is another one's duplicate.")


class StaleVersion(Refusal):
    """The pledge has changed since the version that the client saw."""

    code = "stale-version"
    kind = "stale"
    title = N_("Somebody changed the pledge before you")
    detail = N_("Look at it again and compare.")


class PledgeNotFound(Refusal):
    """The taskforce has no such pledge."""

    code = "pledge-unknown"
    kind = "not_found"
    title = N_("There is no such pledge")
    detail = N_("Find it in the list of pledges.")
    next_step = ("/pledges", N_("Pledges"))


class NotCounted(Refusal):
    """A coordinator has not accepted the pledge yet, or has rejected it: no position of it can be filled."""

    code = "pledge-not-counted"
    kind = "conflict"
    title = N_("The pledge does not count")
    detail = N_("A coordinator has to accept it first.")


class PositionsFilled(Refusal):
    """A pledge that has become a job cannot be rejected."""

    code = "positions-filled"
    kind = "conflict"
    title = N_("The pledge has become a job")
    detail = N_("A position of it is filled, so it still counts.")


class PositionsInUse(Refusal):
    """A correction leaves fewer positions than something has become of."""

    code = "positions-in-use"
    kind = "conflict"
    title = N_("More positions are in use")
    detail = N_(
        "%(positions)s positions are matched, filled or cancelled, or have been filled. The pledge keeps at least "
        "those."
    )
    field = "/positions"


class HoursOutOfOrder(Refusal):
    """A correction leaves more hours from than to."""

    code = "hours-out-of-order"
    kind = "invalid"
    title = N_("The hours are in the wrong order")
    detail = N_("The fewest hours are more than the most.")
    field = "/weekly_hours"


class ContactNameMissing(Refusal):
    """A correction names a new contact by number or address alone."""

    code = "contact-name-missing"
    kind = "invalid"
    title = N_("The contact has no name")
    detail = N_("Write whom to ring.")
    field = "/contact/name"


class AlreadyMatched(Refusal):
    """A member may withdraw a pledge only while nobody has been matched with a position of it."""

    code = "already-matched"
    kind = "conflict"
    title = N_("A case worker is working on it already")
    detail = N_("A position is matched or filled. Ask the coordinator to withdraw the rest.")


class EventNotFound(Refusal):
    """The taskforce has no such event, or its messages have not arrived."""

    code = "event-unknown"
    kind = "not_found"
    title = N_("There is no such event")
    detail = N_("Find it among the events.")
    next_step = ("/events", N_("Events"))
