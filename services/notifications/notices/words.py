"""Words that several notices share, in the current language."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from shared.i18n.translations import gettext as _
from shared.i18n.translations import ngettext
from shared.ui.formats import number_text

if TYPE_CHECKING:
    from shared.contracts.pledges import JobType

NAME_LENGTH: Final = 100
"""A longer name is not shown in a mail: it may be a message."""
_LURE: Final = re.compile(
    r"""
      @
    | ://
    | \b(?:https?|mailto|tel|sms|www)\b
    | [^\W_]\.[^\W\d_]{2,}          # a domain, such as firma.dk
    | (?:\d[\s./()+-]*){7}          # a telephone number
    """,
    re.VERBOSE | re.IGNORECASE,
)


def positions_text(job_type: JobType, number: int) -> str:
    """Return a number of positions with their job type: "3 småjob"."""
    match job_type:
        case "smaajob":
            return ngettext("%(number)s småjob", "%(number)s småjobs", number)
        case "praktik":
            return ngettext("%(number)s work placement", "%(number)s work placements", number)
        case "loentilskud":
            return ngettext("%(number)s job with a wage subsidy", "%(number)s jobs with a wage subsidy", number)
        case "fleksjob":
            return ngettext("%(number)s fleksjob", "%(number)s fleksjobs", number)
        case "ordinaer":
            return ngettext("%(number)s ordinary job", "%(number)s ordinary jobs", number)
        case "traening":
            return ngettext("%(number)s training place", "%(number)s training places", number)


def job_text(job_type: JobType) -> str:
    """Return one job of a type: "et småjob"."""
    match job_type:
        case "smaajob":
            return _("a småjob")
        case "praktik":
            return _("a work placement")
        case "loentilskud":
            return _("a job with a wage subsidy")
        case "fleksjob":
            return _("a fleksjob")
        case "ordinaer":
            return _("an ordinary job")
        case "traening":
            return _("a training place")


def hours_text(hours_from: str, hours_to: str) -> str:
    """Return weekly hours: "5–15", "7,5". The arguments are decimal numbers as text, as in the facts of a notice."""
    low, high = Decimal(hours_from), Decimal(hours_to)
    return number_text(low) if low == high else f"{number_text(low)}–{number_text(high)}"


def offer_text(positions: str, hours: str) -> str:
    """Return positions with their hours, for the list of deliveries."""
    return _("%(positions)s, %(hours)s hours a week", positions=positions, hours=hours)


def one_line(text: str) -> str:
    """Return text without line breaks and control characters, which prevents header injection."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def shown_name(name: str) -> str:
    """Return the name of a person or a company as mails show it, on one line.

    Returns "" for a name that holds an address, a link or a telephone number, or is longer than `NAME_LENGTH`: it was
    typed to lure the reader. The mail is worded without it then.
    """
    line = one_line(name)
    # Full-width letters, ideographic full stops and the like become what they look like.
    compatible = unicodedata.normalize("NFKC", line).replace("\u3002", ".")
    return "" if len(line) > NAME_LENGTH or _LURE.search(compatible) else line
