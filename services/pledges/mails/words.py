"""The words of mails: what they are about, and why one did not arrive. A newer code is shown as it is."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from shared.i18n.translations import N_
from shared.i18n.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping

_NOTICES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "pledge_received": N_("Thanks for the pledge"),
        "pledge_became_hire": N_("Good news to whoever logged the pledge"),
        "still_employed": N_("Is the person still employed?"),
    }
)
_REASONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "bad_address": N_("The mail address cannot be used"),
        "needs_smtputf8": N_("Our mail server cannot write to such an address"),
        "address_unavailable": N_("The address could not be looked up for a day"),
        "server_unreachable": N_("The mail server did not answer for a day"),
    }
)
_ANSWERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "recipient": N_("The mail server refuses the recipient"),
        "message": N_("The mail server refuses the mail"),
        "server": N_("The mail server took no mail for a day"),
    }
)


def notice_text(code: str) -> str:
    """Return what a mail is about, in the current language."""
    return _(_NOTICES[code]) if code in _NOTICES else _("Mail")


def reason_text(code: str | None) -> str:
    """Return why a mail did not arrive, in the current language."""
    code = code or ""
    part = code.rpartition("_")[0]
    if code in _REASONS:
        return _(_REASONS[code])
    return _(_ANSWERS[part]) if part in _ANSWERS else _("It could not be sent for a day")
