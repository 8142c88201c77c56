"""Why a change of a mail is refused."""

from __future__ import annotations

from shared.i18n.translations import N_
from shared.refusals import Refusal


class MailNotFound(Refusal):
    """No mail of this id came back."""

    code = "mail-unknown"
    kind = "not_found"
    title = N_("There is no such mail")
    detail = N_("Find it in the work list.")
    next_step = ("/queue", N_("Work list"))
