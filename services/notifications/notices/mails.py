"""What a mail says: from facts and an address just asked for to a whole message. Nothing of it is kept."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from services.notifications.outcomes import Undeliverable
from shared.i18n.translations import gettext as _
from shared.i18n.translations import ngettext, use_language
from shared.ui.formats import number_text
from shared.ui.pages import templates

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from jinja2 import Environment

    from services.notifications.notices.rules import Rule
    from services.notifications.settings import NotificationsSettings
    from shared.contracts.pledges import JobType
    from shared.i18n.translations import Language

SERVICE = "notifications"


def compose(
    settings: NotificationsSettings,
    *,
    delivery_id: UUID,
    rule: Rule,
    facts: Mapping[str, Any],
    taskforce: str | None,
    company: str = "",
    link: str = "",
    recipient: Address,
    language: Language,
    now: datetime,
) -> EmailMessage:
    """Return the mail of a delivery, in plain text and HTML.

    Args:
        delivery_id: its Message-ID follows from this, so that a copy can be recognised as one.
        facts: what the rule wrote down.
        taskforce: who signs it, where the register has told.
        company: what the company is called; empty where nobody knows (any more).
        link: the local path of what only the recipient may open.
        now: for the Date header.
    """
    sender = settings.sender_address
    signed_by = _one_line(taskforce or "")
    message = EmailMessage()
    message["From"] = Address(signed_by or sender.display_name, sender.username, sender.domain)
    message["To"] = recipient
    with use_language(language, service=SERVICE):
        context = {
            "language": language,
            "name": recipient.display_name,
            "company": _one_line(company),
            "signed_by": signed_by,
            "pledge_url": f"{settings.public_url}/pledges/{facts.get('pledge_id')}",
            "link_url": f"{settings.public_url}{link}",
            **_in_words(facts),
        }
        message["Subject"] = _render(f"{rule}.subject.txt", context).strip()
        message["Date"] = format_datetime(now)
        message["Message-ID"] = f"<{delivery_id}@{sender.domain}>"
        message["Auto-Submitted"] = "auto-generated"
        # The same for Exchange, which does not know the standard's header (RFC 3834).
        message["X-Auto-Response-Suppress"] = "All"
        message.set_content(_render(f"{rule}.txt", context), cte="quoted-printable")
        message.add_alternative(_render(f"{rule}.html", context), subtype="html", cte="quoted-printable")
    # Content-… headers do not survive the ones above.
    message["Content-Language"] = language
    return message


def address(name: str, mailbox: str) -> Address:
    """Return where a mail goes to, safe in a header and on a command line.

    A domain with letters of its own (`købmand.dk`) is written as the mail system knows it.

    Raises:
        Undeliverable: it is not one mail address.
    """
    username, _at, domain = mailbox.strip().rpartition("@")
    try:
        spelled = f"{username}@{domain.encode('idna').decode('ascii')}"
        whole = Address(_one_line(name), addr_spec=spelled)
    except (MessageError, ValueError, IndexError):
        raise Undeliverable("bad_address") from None
    safe = all(sign.isprintable() and sign not in ' <>"' for sign in spelled)
    if not (whole.username and whole.domain and safe and whole.addr_spec == spelled):
        raise Undeliverable("bad_address")
    return whole


def positions_text(job_type: JobType, number: int) -> str:
    """How many positions of which kind, in the current language: "3 småjob"."""
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
    """One job of a kind, in the current language: "et småjob"."""
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


def hours_text(least: Decimal, most: Decimal) -> str:
    """Weekly hours in the current language: "5–15", "7,5"."""
    return number_text(least) if least == most else f"{number_text(least)}–{number_text(most)}"


def _in_words(facts: Mapping[str, Any]) -> dict[str, Any]:
    words: dict[str, Any] = {
        name: date.fromisoformat(facts[name]) for name in ("start_date", "pledged_on") if name in facts
    }
    if "expires_at" in facts:
        words["expires_at"] = datetime.fromisoformat(facts["expires_at"])
    if "positions" in facts:
        words["positions"] = positions_text(facts["job_type"], facts["positions"])
        words["hours"] = hours_text(Decimal(facts["hours_from"]), Decimal(facts["hours_to"]))
    if "weekly_hours" in facts:
        words["job"] = job_text(facts["job_type"])
        words["hours"] = hours_text(Decimal(facts["weekly_hours"]), Decimal(facts["weekly_hours"]))
    return words


def _one_line(text: str) -> str:
    """Text without line breaks and control characters: nothing from outside begins a header of its own."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _render(template: str, context: Mapping[str, Any]) -> str:
    environment = templates(SERVICE) if template.endswith(".html") else _plain_text()
    return environment.get_template(f"mails/{template}").render(context)


@cache
def _plain_text() -> Environment:
    """The service's templates where an ampersand stays one."""
    return templates(SERVICE).overlay(autoescape=False)
