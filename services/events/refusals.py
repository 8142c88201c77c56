"""What a refusal of the register's is called in HTTP, and what is said about it to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from services.events import domain
from services.events.api_keys.domain import ApiKeyNotFound, ApiKeyOver
from services.events.people.domain import (
    AddressTaken,
    InvitedJustNow,
    LastAdministrator,
    MunicipalityMissing,
    PersonNotFound,
    ProgrammeMissing,
)
from services.events.people.links.domain import AnotherBrowser, LinkOver
from services.events.people.oidc.domain import (
    AccountClosed,
    AddressNotVerified,
    AnotherPerson,
    ClocksDiffer,
    GroupsContradict,
    GroupsNotSaid,
    LinkedToAnother,
    MunicipalityNotGiven,
    NoRoleHere,
    NotBegunHere,
    NotShownAnew,
    NotStrongEnough,
    ProgrammeNotGiven,
    ProviderNotBelieved,
    ProviderNotOffered,
    ProviderUnavailable,
    SignInCancelled,
)
from services.events.people.passkeys.domain import (
    ChallengeOver,
    CodeNeeded,
    CodeWrong,
    LastPasskey,
    PasskeyKnown,
    PasskeyNotFound,
    PasskeyOfAnother,
    PasskeyRefused,
    PasskeysNotOffered,
    SignInTooWeak,
    TooManyPasskeys,
)
from services.events.people.sessions.domain import NoSession, SessionNotFound, SessionOver
from services.events.people.setup.commands import SetupOver
from services.events.personal_data.domain import FoundOtherwise, NotAllAnswered, NothingHeld, OrderNotFound
from shared.http.problems import Problem, respond
from shared.ui.i18n import N_
from shared.ui.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import FastAPI, Request
    from fastapi.responses import Response


class _Words(NamedTuple):
    status: int
    title: str
    detail: str


_WORDS: Mapping[type[domain.Refusal], _Words] = {
    domain.TaskforceUnknown: _Words(
        404, N_("This taskforce is not registered"), N_("Ask whoever runs the installation to register it.")
    ),
    domain.SlugTaken: _Words(
        409, N_("Another taskforce has this short name"), N_("Choose another short name for addresses.")
    ),
    domain.CompanyNotFound: _Words(
        404, N_("This company is not in the register"), N_("Look for it by name, or register it first.")
    ),
    domain.EventNotFound: _Words(404, N_("There is no such event"), N_("Find it in the list of events.")),
    PersonNotFound: _Words(
        404, N_("There is no such person"), N_("Ask the taskforce's administrator to add the person.")
    ),
    AddressTaken: _Words(
        409,
        N_("Somebody else has this mail address"),
        N_("Everybody signs in with an address of their own. Nothing was changed."),
    ),
    InvitedJustNow: _Words(
        409,
        N_("They have just been written to"),
        N_("Wait ten minutes: the invitation may be on its way, or lie among unwanted mail."),
    ),
    ApiKeyNotFound: _Words(404, N_("There is no such key"), N_("Find it in the list of API keys.")),
    ApiKeyOver: _Words(
        409,
        N_("This key is good no more"),
        N_("It has been taken back, or its time is up. Make a new one. Nothing was changed."),
    ),
    LastAdministrator: _Words(
        409,
        N_("This is the last administrator"),
        N_(
            "First make somebody else an administrator and have them add a passkey, or nobody could add people any "
            "more. Nothing was changed."
        ),
    ),
    MunicipalityMissing: _Words(
        422,
        N_("A case worker needs a municipality"),
        N_("Case workers see the citizens of their municipality: say which. Nothing was changed."),
    ),
    ProgrammeMissing: _Words(
        422,
        N_("A facilitator needs a programme"),
        N_("Facilitators see the participants of their programme: say which. Nothing was changed."),
    ),
    SetupOver: _Words(
        409,
        N_("This link no longer works"),
        N_("It has been used, replaced, or is more than a day old: whoever runs the installation can make a new one."),
    ),
    LinkOver: _Words(
        409,
        N_("This link no longer works"),
        N_("It has been used, or is more than ten minutes old. Ask for a new one."),
    ),
    AnotherBrowser: _Words(
        403,
        N_("The link was asked for in another browser"),
        N_("Open it there: it still works. Or ask for a new one here."),
    ),
    SessionNotFound: _Words(404, N_("You are not signed in there"), N_("Look at the list: it may be over already.")),
    NoSession: _Words(
        409, N_("There is no session to extend"), N_("This is for browsers in which somebody is signed in.")
    ),
    SessionOver: _Words(
        401,
        N_("You are no longer signed in"),
        N_("Sign in again. What you typed is still there if you go back."),
    ),
    PasskeysNotOffered: _Words(
        409,
        N_("There are no passkeys at this address"),
        N_("Passkeys need an address with a name, and this one is a number. Sign in in another way."),
    ),
    PasskeyRefused: _Words(
        422,
        N_("This passkey does not sign you in"),
        N_("It may have been removed, or the account may be closed. Sign in in another way, or ask an administrator."),
    ),
    PasskeyOfAnother: _Words(
        422,
        N_("This is somebody else's passkey"),
        N_("Show it with a passkey of whoever is signed in here, or sign out first. Nothing was changed."),
    ),
    ChallengeOver: _Words(
        409, N_("That took too long"), N_("Try again: there are five minutes for it, and each try counts once.")
    ),
    PasskeyNotFound: _Words(
        404, N_("You have no such passkey"), N_("Look at the list: it may have been removed already.")
    ),
    PasskeyKnown: _Words(
        409, N_("This passkey is in use already"), N_("Sign in with it, or add one from another device.")
    ),
    TooManyPasskeys: _Words(
        409, N_("You have very many passkeys"), N_("Remove one that you no longer use, and try again.")
    ),
    LastPasskey: _Words(
        409,
        N_("This is your last passkey"),
        N_("Without one you could not do your work here. Add another one first, and then remove this one."),
    ),
    SignInTooWeak: _Words(
        403,
        N_("This needs a passkey"),
        N_("You signed in by a mailed link. Sign in with a passkey to remove one. Nothing was changed."),
    ),
    CodeNeeded: _Words(
        409,
        N_("You need a new code"),
        N_("Codes are good for 48 hours and five tries. Ask an administrator for a new one."),
    ),
    CodeWrong: _Words(
        422,
        N_("That is not the code"),
        N_("See whether it is typed as you were told it. After five wrong tries you need a new one."),
    ),
    NotAllAnswered: _Words(
        503,
        N_("Not every part of the system has answered"),
        N_("What it holds is not known, so nothing was reported or erased. Try again in a moment."),
    ),
    NothingHeld: _Words(
        409, N_("There is nothing to erase"), N_("Nothing that can be erased is held about anybody known by that.")
    ),
    FoundOtherwise: _Words(
        409,
        N_("Something has changed since you looked"),
        N_("Look at what is held once more. Nothing was erased."),
    ),
    OrderNotFound: _Words(404, N_("There is no such erasure"), N_("Look at the list of erasures.")),
    ProviderNotOffered: _Words(
        404, N_("Nobody signs in like that here"), N_("Sign in with a passkey or by mail, on the sign-in page.")
    ),
    ProviderUnavailable: _Words(
        503,
        N_("Your organisation's sign-in does not answer"),
        N_("Try again in a few minutes, or sign in in another way meanwhile. Nothing was changed."),
    ),
    ProviderNotBelieved: _Words(
        502,
        N_("We cannot trust the answer of your organisation's sign-in"),
        N_("You are not signed in. Try again; if it happens again, tell whoever runs the installation."),
    ),
    ClocksDiffer: _Words(
        502,
        N_("Two clocks do not agree"),
        N_("Ours and that of your organisation's sign-in are minutes apart. Tell whoever runs the installation."),
    ),
    NotBegunHere: _Words(
        409,
        N_("This sign-in is over"),
        N_("It took more than ten minutes, was used before, or began in another window. Begin again."),
    ),
    SignInCancelled: _Words(
        403,
        N_("You were not signed in"),
        N_("The sign-in of your organisation was broken off, or did not let you in. Nothing was changed."),
    ),
    NotShownAnew: _Words(
        403,
        N_("Your organisation's sign-in did not ask you again"),
        N_("Or it does not say that it did. Sign out here, and sign in in another way. Nothing was changed."),
    ),
    NotStrongEnough: _Words(
        403,
        N_("Your organisation's sign-in has to ask you for more"),
        N_("It does not say that it asked for two things, such as a password and your phone. Tell whoever runs it."),
    ),
    AnotherPerson: _Words(
        409,
        N_("You showed that you are somebody else"),
        N_("Show it as the person who is signed in here, or sign out first. Nothing was changed."),
    ),
    AccountClosed: _Words(
        403,
        N_("Your account here is closed"),
        N_("Do you take part again? Then ask an administrator of the taskforce to open it."),
    ),
    NoRoleHere: _Words(
        403,
        N_("You have no role here yet"),
        N_("We know who you are, and none of your groups takes part. Ask an administrator of the taskforce."),
    ),
    AddressNotVerified: _Words(
        403,
        N_("We do not know that your mail address is yours"),
        N_("Your organisation's sign-in does not say that it is. Tell whoever looks after it in your organisation."),
    ),
    LinkedToAnother: _Words(
        409,
        N_("Your mail address belongs to another account"),
        N_("Somebody had the address before you. An administrator can close that account and open it again for you."),
    ),
    GroupsContradict: _Words(
        409,
        N_("Your groups do not agree"),
        N_("They are of two municipalities or two programmes. Ask whoever looks after them in your organisation."),
    ),
    GroupsNotSaid: _Words(
        409,
        N_("You are in too many groups"),
        N_("So many that we are not told which. Ask whoever looks after them in your organisation."),
    ),
    MunicipalityNotGiven: _Words(
        409,
        N_("A case worker needs a municipality"),
        N_("Your groups do not say which one is yours. Ask whoever looks after them in your organisation."),
    ),
    ProgrammeNotGiven: _Words(
        409,
        N_("A facilitator needs a programme"),
        N_("Your groups do not say which one is yours. Ask whoever looks after them in your organisation."),
    ),
    domain.IdTaken: _Words(
        409, N_("Something else has this id already"), N_("Make a new id and send it again. Nothing was changed.")
    ),
    domain.StaleVersion: _Words(
        412, N_("Somebody changed this before you"), N_("Load it again and compare. Nothing was changed.")
    ),
    domain.EndsBeforeStart: _Words(
        422, N_("The event ends before it begins"), N_("Choose an end that is later than the start.")
    ),
    domain.EventNotDraft: _Words(
        409, N_("Only a draft can be published"), N_("Look at the event's status: it is past that point.")
    ),
    domain.EventNotPublished: _Words(
        409, N_("Only a published event can open its doors"), N_("Publish a draft first. What is over stays over.")
    ),
    domain.EventNotOpen: _Words(
        409, N_("The event is not open"), N_("Companies check in, and the event is closed, while its doors are open.")
    ),
    domain.EventHasBegun: _Words(
        409, N_("The event can no longer be cancelled"), N_("Its doors have been opened: close it instead.")
    ),
    domain.PassNotAvailable: _Words(
        409,
        N_("The event hands out no passes"),
        N_("There are passes from the moment it is published until 14 days after its end."),
    ),
}


_ONWARD: Mapping[type[domain.Refusal], tuple[str, str]] = {
    domain.CompanyNotFound: ("/companies", N_("Companies")),
    domain.EventNotFound: ("/events", N_("Events")),
    ApiKeyNotFound: ("/api-keys", N_("API keys")),
    SetupOver: ("/sign-in", N_("Sign in")),
    LinkOver: ("/sign-in", N_("Ask for a new link")),
    AnotherBrowser: ("/sign-in", N_("Ask for a new link")),
    SessionNotFound: ("/account", N_("My account")),
    PasskeyNotFound: ("/account", N_("My account")),
    OrderNotFound: ("/personal-data/erasures", N_("Erasures")),
    NothingHeld: ("/personal-data", N_("Personal data")),
    FoundOtherwise: ("/personal-data", N_("Personal data")),
    NotAllAnswered: ("/personal-data", N_("Personal data")),
}
"""What to do next, where that is neither back to the form nor the front page: a path, and what its button says."""


def as_problem(refusal: domain.Refusal) -> Problem:
    """The refusal in the language of the request."""
    status, title, detail = _WORDS[type(refusal)]
    path, label = _ONWARD.get(type(refusal), ("", ""))
    return Problem(status, refusal.code, _(title), _(detail), onward=(path, _(label)) if path else None)


def problem_called(code: str) -> Problem:
    """What is said about refusals of this code, in the language of the request. Raises `Problem` 404 for none."""
    for kind, (status, title, detail) in _WORDS.items():
        if kind.code == code:
            return Problem(status, code, _(title), _(detail))
    raise Problem(404)


async def _on_refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, domain.Refusal)
    return respond(request, as_problem(error))


def install(app: FastAPI) -> None:
    """Answer every refusal that a route lets through."""
    app.add_exception_handler(domain.Refusal, _on_refusal)
