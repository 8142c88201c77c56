"""The report of a person as they get it on paper: A4, accessible (PDF/UA), the same bytes for the same report.

Everything it says is prepared here, in the report's language; `report.typ` only lays it out, and is given its data as
data, never as source.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typst

from shared.web.formats import long_date, moment_text
from shared.web.i18n import N_, ngettext, speaking
from shared.web.i18n import gettext as _
from shared.web.navigation import ROLE_LABELS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

LAYOUT: Final = Path(__file__).with_name("report.typ")
LONGEST: Final = 3000
"""Characters of one value on paper: a message that could not be read may be five million long. All of it is in JSON."""

SERVICES: Final = {
    "events": N_("The register and the people"),
    "pledges": N_("Pledges and hires"),
    "notifications": N_("Mails"),
    "dashboard": N_("Figures"),
}
"""What the services are called on paper and on screen."""
ACTIONS: Final = {
    "read": N_("read"),
    "search": N_("looked up"),
    "change": N_("changed"),
    "export": N_("handed out in a report"),
    "delete": N_("erased"),
}
REASONS: Final = {
    "casework": N_("Case work"),
    "subject_access": N_("The person has asked what is held about them"),
    "subject_rectification": N_("The person has asked for something to be corrected"),
    "subject_erasure": N_("The person has asked to be erased"),
    "supervision": N_("An authority that supervises data protection has asked"),
}
"""What the purposes of the access log are called."""
_COLUMNS: Final = {
    "name": N_("Name"),
    "sort_name": N_("Name, to sort by"),
    "email": N_("E-mail address"),
    "phone": N_("Telephone"),
    "language": N_("Language"),
    "municipality": N_("Municipality code"),
    "programme": N_("Programme"),
    "company_id": N_("Company, by its number in the system"),
    "company_name": N_("Company"),
    "company_cvr": N_("CVR number"),
    "company_p_number": N_("P-number"),
    "cvr": N_("CVR number"),
    "cvr_as_typed": N_("CVR number as typed"),
    "added_at": N_("Added"),
    "invited_at": N_("Invited"),
    "deactivated_at": N_("Closed"),
    "role": N_("Role"),
    "by_provider": N_("Given by the organisation's sign-in"),
    "linked_at": N_("First signed in there"),
    "backed_up": N_("Kept in a cloud"),
    "sign_count": N_("Times used"),
    "created_at": N_("Made"),
    "used_at": N_("Last used"),
    "device": N_("Browser"),
    "started_at": N_("Signed in"),
    "ends_at": N_("Ends"),
    "next": N_("On the way to"),
    "asked_at": N_("Asked for"),
    "recipient_kind": N_("Written to as"),
    "recipient_id": N_("Recipient's number"),
    "rule": N_("About"),
    "happened_at": N_("Happened"),
    "status": N_("Status"),
    "settled_at": N_("Sent or given up"),
    "id": N_("Number in the system"),
    "person_id": N_("The person's number"),
    "message_key": N_("Key"),
    "value": N_("Content"),
    "headers": N_("Headers"),
    "detail": N_("Reason"),
}
_CODES: Final[dict[str, dict[str, str]]] = {
    "role": ROLE_LABELS,
    "language": {"da": N_("Danish"), "en": N_("English")},
    "programme": {
        "smaajob_effort": N_("Small-job effort"),
        "training_track": N_("Training track"),
        "job_network": N_("Job network"),
    },
    "recipient_kind": {"pledge_contact": N_("contact of a pledge"), "person": N_("holder of an account")},
    "rule": {
        "pledge_received": N_("a pledge was received"),
        "pledge_became_hire": N_("a pledge became a hire"),
        "sign_in_link": N_("a link to sign in with"),
        "invitation": N_("that they have an account"),
    },
    "status": {
        "waiting": N_("waits to be sent"),
        "sent": N_("sent"),
        "skipped": N_("not sent"),
        "failed": N_("could not be sent"),
        "expired": N_("not sent: too late"),
    },
}
"""What codes are called, by their column; one that is not here is shown as it is."""
_ASKED: Final = {"emails": N_("E-mail address"), "phones": N_("Telephone"), "cvrs": N_("CVR number")}
_IDS_LAST: Final = frozenset({"id", "person_id", "company_id", "recipient_id"})


def pdf(report: Mapping[str, Any]) -> bytes:
    """Return the report as a PDF. Takes some tenths of a second of processor time: call it in a thread.

    Args:
        report: as `shared.privacy.report.report` made it, or read back from its JSON.

    Raises:
        typst.TypstError: it cannot be laid out, or would not be accessible.
    """
    made_at = datetime.fromisoformat(report["made_at"])
    with speaking(report["language"]):
        data = _laid_out(report, made_at)
    compiled = typst.compile(
        LAYOUT.read_bytes(),
        format="pdf",
        # Whatever fonts a machine has, the document is the same: with those that the package brings along.
        ignore_system_fonts=True,
        sys_inputs={"report": json.dumps(data, ensure_ascii=False)},
        pdf_standards=["ua-1"],
        timestamp=int(made_at.timestamp()),
    )
    assert isinstance(compiled, bytes)
    return compiled


def column_word(name: str) -> str:
    """What a column is called in the current language; its own name where nobody has said."""
    return _(_COLUMNS[name]) if name in _COLUMNS else name


def shown(value: Any, column: str = "") -> str:
    """A value of the report as a person reads it: moments as they are written in Denmark, codes in words.

    Args:
        column: whose value it is, for codes.
    """
    codes = _CODES.get(column, {})
    if isinstance(value, str) and value in codes:
        return _(codes[value])
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, str) and len(value) >= len("2026-11-22T10:00:00") and value[10] == "T":
        try:
            return moment_text(datetime.fromisoformat(value))
        except ValueError:
            return value
    text = str(value)
    if len(text) > LONGEST:
        return text[:LONGEST] + " … " + _("(cut here: all of it is in the report as JSON)")
    return text


def who_looked(subject: str) -> str:
    """Who has looked, by what the log knows of them."""
    kind, _colon, number = subject.partition(":")
    if kind == "person":
        return _("Account %(number)s") % {"number": number}
    return _("Whoever runs the installation") if subject == "operator" else subject


def kept_for(group: Mapping[str, Any]) -> str:
    """How long what is in a group of the report is kept."""
    months = group["months"]
    if months % 12:
        time = ngettext("%(num)s month", "%(num)s months", months) % {"num": months}
    else:
        time = ngettext("%(num)s year", "%(num)s years", months // 12) % {"num": months // 12}
    return _("%(time)s after %(moment)s") % {"time": time, "moment": group["counted_from"]}


def pairs(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a row says, each with its label: what is empty left out, numbers that nobody knows last."""
    names = [name for name, value in row.items() if value is not None and value != ""]
    return [(column_word(name), shown(row[name], name)) for name in sorted(names, key=lambda name: name in _IDS_LAST)]


def _laid_out(report: Mapping[str, Any], made_at: datetime) -> dict[str, Any]:
    filled = [group for group in report["held"] if group["rows"]]
    empty = [group for group in report["held"] if not group["rows"]]
    rows = sum(len(group["rows"]) for group in filled)
    found = ngettext("%(num)s entry was found.", "%(num)s entries were found.", rows) % {"num": rows}
    if not rows:
        found = _("Nothing was found about anybody known by that.")
    return {
        "language": report["language"],
        "letterhead": report["taskforce"],
        "product": _("Tilsagn – from a pledged job to a real one"),
        "title": _("What is held about you"),
        "date": long_date(made_at),
        "made": _("Made on %(moment)s") % {"moment": moment_text(made_at)},
        "page": _("Page"),
        "of": _("of"),
        "intro": _(
            "You have the right to be told which personal data are processed about you "
            "(the General Data Protection Regulation, Article 15). This is everything that the system Tilsagn holds "
            "about the person known by what stands below, and how it is dealt with."
        ),
        "asked_heading": _("Searched for"),
        "asked": [[_(label), value] for kind, label in _ASKED.items() for value in report["asked_for"][kind]],
        "found": found,
        "held_heading": _("What is held"),
        "held": [_group(group) | {"rows": [pairs(row) for row in group["rows"]]} for group in filled],
        "looks_heading": _("Who has looked at it"),
        "looks_intro": _(
            "Whoever looks a person up, takes a report like this one, or erases somebody is written down. "
            "The latest stand first."
        ),
        "looks_columns": [_("When"), _("Who"), _("What was done"), _("Why, and on which legal basis")],
        "looks": _looks(report["looked_at_by"]),
        "rights_heading": _("What you can do"),
        "rights": _rights(),
        "empty_heading": _("Where nothing was found"),
        "empty_intro": _("These places were searched, too. They are told so that you know of all of them."),
        "empty": [_group(group) for group in empty],
    }


def _group(group: Mapping[str, Any]) -> dict[str, Any]:
    basis = "; ".join(filter(None, (group["basis"], group["national"])))
    service = group["service"]
    place = f"{service}.{group['table']}, {group['group']}"
    facts: Iterable[tuple[str, str | None]] = (
        (_("Whom it is about"), group["whose"]),
        (_("Only where"), group["only_where"]),
        (_("Purpose"), group["purpose"]),
        (_("Legal basis"), basis),
        (_("Comes from"), group["source"]),
        (_("Told to"), group["told_to"]),
        (_("Deleted"), kept_for(group)),
        (_("Cannot be searched"), group["cannot_be_found_because"]),
        # Where nobody can be found, it says so for both.
        (_("Is not erased on request"), None if group["cannot_be_found_because"] else group["not_erased_because"]),
        (_("Where it is kept"), f"{_(SERVICES[service])} ({place})"),
    )
    return {"heading": group["what"], "facts": [[label, text] for label, text in facts if text]}


def _looks(looks: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """One line for looks of one moment at several rows; what was looked at is told by its table and number."""
    told: list[list[str]] = []
    for look in looks:
        where = f"{look['service']}.{look['what_table']} {look['what_key']}"
        action, reason = look["action"], look["why"]
        did = _(ACTIONS[action]) if action in ACTIONS else action
        why = _(REASONS[reason]) if reason in REASONS else reason
        told.append([shown(look["looked_at"]), who_looked(look["who"]), f"{did}: {where}", f"{why} ({look['basis']})"])
    return told


def _rights() -> list[list[str]]:
    return [
        [_("Correct it"), _("If something is wrong, you can have it corrected (Article 16).")],
        [
            _("Erase it"),
            _("You can ask for it to be erased (Article 17). What must be kept stays until its deadline."),
        ],
        [
            _("Object, or have it restricted"),
            _("You can object to the processing, or ask for it to be restricted (Articles 18 and 21)."),
        ],
        [
            _("Complain"),
            _("You can complain to the Danish Data Protection Agency (Datatilsynet): www.datatilsynet.dk."),
        ],
        [_("Decisions by machines"), _("The system decides nothing about you by itself, and makes no profile of you.")],
        [_("Other countries"), _("The system itself hands nothing over to countries outside the EU and EEA.")],
    ]
