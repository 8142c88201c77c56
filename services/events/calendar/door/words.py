"""What the script of the door says by itself, in the current language. `{name}` is filled in by the script."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from shared.i18n.translations import gettext as _
from shared.i18n.translations import ngettext

if TYPE_CHECKING:
    from collections.abc import Callable

_NUM: Final = "{num}"
_LONGEST_NAME: Final = 200


def door_words() -> dict[str, Any]:
    """Return the words by name; where there is a number of things, both forms of it."""
    company, time = "{company}", "{time}"
    return {
        "door": _("The door"),
        "check_in": _("Check in"),
        "undo": _("Undo"),
        "checked_in": _("%(company)s is checked in", company=company),
        "undone": _("The check-in of %(company)s has been undone", company=company),
        "here_since": _("Came %(time)s", time=time),
        "not_registered": _("not registered"),
        "on_phone": _("on the phone"),
        "of_registered": _("of %(number)s registered", number=_NUM),
        "none_found": _("No company of the list fits."),
        "none_here": _("Nobody has checked in"),
        "none_missing": _("Nobody is missing."),
        "scanned_again": _("%(company)s was checked in before.", company=company),
        "scanned_unexpected": _("This invitation is for another event, or was cancelled. Search for the name."),
        "scanned_other": _("This is not an invitation."),
        "delete": _("Delete it from this phone? It is nowhere else."),
        "all_sent": _("Everything is received"),
        "contact": _("last contact %(time)s", time=time),
        "no_contact": _("no contact yet"),
        "waiting": _counted(
            lambda number: ngettext("%(num)s waits to be sent", "%(num)s wait to be sent", number, num=_NUM)
        ),
        "needs_action": _counted(
            lambda number: ngettext("%(num)s needs your attention", "%(num)s need your attention", number, num=_NUM)
        ),
        "held_back": _counted(
            lambda number: ngettext(
                "%(num)s check-in was captured by somebody else on this phone.",
                "%(num)s check-ins were captured by somebody else on this phone.",
                number,
                num=_NUM,
            )
        ),
        "statuses": {
            "draft": _("Publish the event and open its doors: until then nobody can be checked in."),
            "published": _("Open the doors of the event: until then nobody can be checked in."),
            "closed": _("The event is closed. What this phone captured before still gets through."),
            "cancelled": _("The event has been cancelled."),
        },
        "errors": {
            "missing": _("Must be filled in."),
            # The same words for all limits.
            "string_too_long": ngettext(
                "Must have at most %(number)s character.", "Must have at most %(number)s characters.", _LONGEST_NAME
            ),
            "one_line": _("Must be one line."),
            "control_characters": _("Contains characters that cannot be shown"),
            "text_direction": _("Contains invisible characters that turn the text around; please type it again."),
            "invisible_text": _("Has only invisible characters; please type it again."),
            "cpr_shape": _("Looks like a CPR number (a date and four digits); please leave it out"),
        },
    }


def _counted(words: Callable[[int], str]) -> dict[str, str]:
    """Return both forms of a number of things. Danish and English have no others."""
    return {"one": words(1), "other": words(2)}
