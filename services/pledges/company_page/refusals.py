"""Why a company's link or an answer on its page is refused: one class for each rule."""

from __future__ import annotations

from shared.i18n.translations import N_
from shared.refusals import Refusal


class LinkRefused(Refusal):
    """The company's page does not open with this link."""


class LinkUnknown(LinkRefused):
    """The link is forged, mistyped, or of another installation. The answer does not say which."""

    code = "company-link-unknown"
    kind = "not_found"
    title = N_("The link does not work")
    detail = N_("Open the link in the latest mail from us, or ask us for a new one.")


class LinkExpired(LinkRefused):
    """Nobody has used the link for 90 days."""

    code = "company-link-expired"
    kind = "gone"
    title = N_("The link has expired")
    detail = N_("It works for 90 days after it was last used. Ask us for a new one.")


class LinkRevoked(LinkRefused):
    """The municipality has revoked the link, or made another one."""

    code = "company-link-revoked"
    kind = "gone"
    title = N_("The link has been revoked")
    detail = N_("Open the link in the latest mail from us, or ask us for a new one.")


class NoSuchCompany(Refusal):
    """The register has no such company."""

    code = "company-unknown"
    kind = "not_found"
    title = N_("The register has no such company")
    detail = N_("Find it in the list of companies.")
    next_step = ("/companies", N_("Companies"))


class NotOfCompany(Refusal):
    """What the company answers about is not its own, or does not exist."""

    code = "not-of-company"
    kind = "not_found"
    title = N_("This is not on the company's page")
    detail = N_("Go back to the page and look at it again.")


class CallInstead(Refusal):
    """Somebody has been found for a position, so the company should call before it withdraws or changes it."""

    code = "call-instead"
    kind = "conflict"
    title = N_("Please call us about this")
    detail = N_("We have found somebody for one of the positions. Call us, so that we can tell the person.")


class NothingChanged(Refusal):
    """A company adjusts a pledge to what it is already."""

    code = "nothing-changed"
    kind = "invalid"
    title = N_("Nothing is changed")
    detail = N_("Change what is not right any more, or go back to the page.")


class AlreadyAnswered(Refusal):
    """Somebody has said before whether the person was still employed."""

    code = "already-answered"
    kind = "conflict"
    title = N_("It has been answered already")
    detail = N_("Ring us if the answer is not right.")


class EventNotAhead(Refusal):
    """A company can register for an event until it begins."""

    code = "event-not-ahead"
    kind = "conflict"
    title = N_("The event cannot be registered for")
    detail = N_("It has begun, is over or has been cancelled. Call us if you want to know more.")


class AnswerUnknown(Refusal):
    """The taskforce has no such answer."""

    code = "answer-unknown"
    kind = "not_found"
    title = N_("There is no such answer")
    detail = N_("Find it in the work list.")
    next_step = ("/queue", N_("Work list"))


class AnswerAlreadyUndone(Refusal):
    """Somebody has undone the answer before."""

    code = "answer-undone"
    kind = "conflict"
    title = N_("The answer has been undone already")
    detail = N_("Somebody was quicker. The history says who and when.")


class AnswerOvertaken(Refusal):
    """Something else was changed after the answer, so it can no longer be undone in one step."""

    code = "answer-overtaken"
    kind = "conflict"
    title = N_("The answer can no longer be undone")
    detail = N_("Somebody has changed the same thing since. Correct it where it stands.")
