"""What the intake's script says by itself, in the current language: errors of fields, and the state of each pledge.

`{name}` is filled in by the script. The words of what stands on the page anyway are in its template.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from shared.i18n.translations import gettext as _
from shared.i18n.translations import ngettext

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.pledges.pledges.domain import Limits

_NUM: Final = "{num}"


def phone_words(limits: Limits) -> dict[str, Any]:
    """Return the words, and the limits that the script judges by until it knows the installation's present ones."""
    return {
        "limits": {"positions": limits.positions, "weekly_hours": float(limits.weekly_hours)},
        "errors": _errors(),
        "error": _("Error:"),
        "errors_heading": _counted(
            lambda number: ngettext(
                "One thing needs to be corrected", "%(num)s things need to be corrected", number, num=_NUM
            )
        ),
        "positions": _counted(lambda number: ngettext("%(num)s position", "%(num)s positions", number, num=_NUM)),
        "waiting": _counted(
            lambda number: ngettext(
                "%(num)s pledge waits to be sent", "%(num)s pledges wait to be sent", number, num=_NUM
            )
        ),
        "needs_action": _counted(
            lambda number: ngettext(
                "%(num)s pledge needs your attention", "%(num)s pledges need your attention", number, num=_NUM
            )
        ),
        "all_received": _counted(
            lambda number: ngettext("%(num)s pledge is received", "All %(num)s pledges are received", number, num=_NUM)
        ),
        "contact": _("last contact {time}"),
        "no_contact": _("no contact yet"),
        "receipts": {
            "on_phone": _("On the phone"),
            "sent": _("Sent"),
            "received": _("Received"),
            "refused": _("Needs your attention"),
        },
        "headings": {
            "on_phone": _("The pledge is kept on the phone"),
            "sent": _("The pledge is sent"),
            "received": _("The pledge is received"),
            "refused": _("The pledge needs your attention"),
        },
        "for_another": _("for another phone"),
        "handed_over": _("handed over"),
        "handover": _handover(),
        "cvr_unlikely": _("The CVR number does not look right. The pledge is kept all the same."),
        "sent_unanswered": _("Sent, and not answered yet. It is sent again until it is."),
        "maybe_received": _("An earlier attempt may have arrived, so it cannot be corrected here."),
        "delete": _("Delete this pledge from {company}? It is nowhere else."),
        "delete_maybe": _("Delete this pledge from {company} here? An earlier attempt may have arrived."),
        "lost": _counted(
            lambda number: ngettext(
                "%(num)s pledge that waited here is gone. Type it again, if you have it on paper.",
                "%(num)s pledges that waited here are gone. Type them again, if you have them on paper.",
                number,
                num=_NUM,
            )
        ),
        "held_back": _counted(
            lambda number: ngettext(
                "%(num)s pledge was captured by somebody else on this phone.",
                "%(num)s pledges were captured by somebody else on this phone.",
                number,
                num=_NUM,
            )
        ),
    }


def _handover() -> dict[str, Any]:
    return {
        "code_page": _("Code {page} of {pages}"),
        "pause": _("Pause"),
        "go_on": _("Go on"),
        "looking": _("Looking for a code …"),
        "codes_read": _("{found} of {of} codes read. Keep the camera there."),
        "other_code": _("This code is something else."),
        "other_event": _(
            "This code belongs to an event that this phone does not know. Open the event's page here first."
        ),
        "not_pledges": _("This is no file of pledges."),
        "practice_differs": _("One phone practises, the other does not. Open the same page on both."),
        "known": _("This phone has it already."),
        "not_kept": _("This phone could not keep it. Free some space here, or use another phone."),
        "taken": _counted(
            lambda number: ngettext(
                "%(num)s pledge is taken over. This phone sends it.",
                "%(num)s pledges are taken over. This phone sends them.",
                number,
                num=_NUM,
            )
        ),
        "no_camera": _("There is no camera here. Open the file instead."),
        "camera_refused": _(
            "The browser may not use the camera. Allow it in the browser's settings, or open the file instead."
        ),
    }


def _counted(words: Callable[[int], str]) -> dict[str, str]:
    """Return both forms of a number of things. Danish and English have no others."""
    return {"one": words(1), "other": words(2)}


def _errors() -> dict[str, str]:
    limit = "{limit}"
    return {
        "missing": _("Must be filled in."),
        # All limits of the form are many characters.
        "string_too_long": ngettext(
            "Must have at most %(number)s character.", "Must have at most %(number)s characters.", 200
        ).replace("200", limit),
        "one_line": _("Must be one line."),
        "control_characters": _("Contains characters that cannot be shown"),
        "text_direction": _("Contains invisible characters that turn the text around; please type it again."),
        "invisible_text": _("Has only invisible characters; please type it again."),
        "cpr_shape": _("Looks like a CPR number (a date and four digits); please leave it out"),
        "phone": _("Is not a telephone number."),
        "email": _("Is not an e-mail address."),
        "unreachable": _("Write a telephone number or an e-mail address."),
        "integer": _("Must be a whole number."),
        "number": _("Must be a whole number or a decimal number."),
        "number_grouped": _("Is it thousands? Write 1000 or 1, and not 1.000."),
        "more_than_0": _("Must be more than %(limit)s.", limit=0),
        "at_most": _("Must be at most %(limit)s.", limit=limit),
        "hours_order": _("The fewest hours are more than the most."),
        "positions_max": _("A pledge has from 1 to %(positions)s positions.", positions=limit),
        "hours_max": _("A week has at most %(hours)s hours of work.", hours=limit),
        "date": _("Must be a date."),
        "start_implausible": _("Lies long ago or far in the future. Correct the date, or leave it out."),
    }
