"""The subject report as PDF: A4, accessible (PDF/UA), with the same bytes for the same report.

All texts are prepared here, in the report's language; `report.typ` only lays them out.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from shared.documents.typesetting import render_pdf
from shared.i18n.translations import N_, ngettext, use_language
from shared.i18n.translations import gettext as _
from shared.privacy.words import ACTIONS, NUMBERS, REASONS, column_word, kept_for, pairs, shown, who_looked
from shared.product.services import SERVICES
from shared.ui.formats import long_date, moment_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

LAYOUT: Final = Path(__file__).with_name("report.typ")
_IDENTIFIERS: Final = {
    "emails": N_("E-mail address"),
    "phones": N_("Telephone"),
    "cvrs": N_("CVR number"),
    "cases": N_("Municipality and case reference"),
}


ACTIVITY_SHOWN: Final = 100
"""How many actions of each kind are printed at most; the JSON has all. An account may have logged a thousand."""


def pdf(report: Mapping[str, Any]) -> bytes:
    """Return the report as a PDF. Blocks for some tenths of a second: call it in a thread.

    Args:
        report: from `shared.privacy.report.report`, or parsed from its JSON.

    Raises:
        typst.TypstError: the layout failed, or the document would not be accessible.
    """
    made_at = datetime.fromisoformat(report["made_at"])
    with use_language(report["language"]):
        data = _document_data(report, made_at)
    return render_pdf(LAYOUT, data, made_at=made_at)


def _document_data(report: Mapping[str, Any], made_at: datetime) -> dict[str, Any]:
    filled = [group for group in report["held"] if group["rows"]]
    empty = [group for group in report["held"] if not group["rows"]]
    activity = [one for one in report["done"] if one["rows"]]
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
            "You have the right to know which personal data are processed about you "
            "(the General Data Protection Regulation, Article 15). This is everything that the system Tilsagn holds "
            "about the person known by what stands below, and how it is dealt with."
        ),
        "asked_heading": _("Searched for"),
        "asked": [[_(label), value] for kind, label in _IDENTIFIERS.items() for value in report["asked_for"][kind]],
        "found": found,
        "held_heading": _("What is held"),
        "held": [_group(group) | {"rows": [pairs(row) for row in group["rows"]]} for group in filled],
        "done_heading": _("What you have done in the system"),
        "done_intro": _(
            "What is done in the system is written down with the number of the account that did it. "
            "The latest stand first."
        ),
        "done": [_activity_section(one) for one in activity],
        "looks_heading": _("Who has looked at it"),
        "looks_intro": _(
            "Every search for a person, every report like this one and every erasure is logged. The latest stand first."
        ),
        "looks_columns": [_("When"), _("Who"), _("What was done"), _("Why, and on which legal basis")],
        "looks": _access_rows(report["looked_at_by"]),
        "rights_heading": _("What you can do"),
        "rights": _rights(),
        "empty_heading": _("Where nothing was found"),
        "empty_intro": _("These places were searched, too. They are listed so that you know all of them."),
        "empty": [_group(group) for group in empty]
        + [{"heading": one["what"], "facts": _activity_facts(one)} for one in report["done"] if not one["rows"]],
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
        (_("Source"), group["source"]),
        (_("Recipients"), group["told_to"]),
        (_("Deleted"), kept_for(group)),
        (_("Cannot be searched"), group["cannot_be_found_because"]),
        # Data that cannot be searched for a person cannot be erased on request either; one reason is enough.
        (_("Is not erased on request"), None if group["cannot_be_found_because"] else group["not_erased_because"]),
        (_("Where it is kept"), f"{_(SERVICES[service])} ({place})"),
    )
    return {"heading": group["what"], "facts": [[label, text] for label, text in facts if text]}


def _activity_section(one: Mapping[str, Any]) -> dict[str, Any]:
    """Return the section about one kind of action: the counts by month, the latest actions, and the legal facts."""
    rows = one["rows"]
    months = Counter(f"{datetime.fromisoformat(row['at']):%m.%Y}" for row in rows)
    count = ngettext("%(num)s entry", "%(num)s entries", len(rows)) % {"num": len(rows)}
    omitted = len(rows) - ACTIVITY_SHOWN
    cut = _("The latest %(shown)s stand here; all %(num)s are in the report as JSON.") % {
        "shown": ACTIVITY_SHOWN,
        "num": len(rows),
    }
    return {
        "heading": one["what"],
        "count": count,
        "months": ", ".join(f"{month}: {number}" for month, number in months.items()),
        "columns": [_("When"), _("What it was about")],
        "rows": [[shown(row["at"]), _object_text(row)] for row in rows[:ACTIVITY_SHOWN]],
        "cut": cut if omitted > 0 else "",
        "facts": _activity_facts(one),
    }


def _object_text(row: Mapping[str, Any]) -> str:
    """Return what an action was about, with its numbers on a second line."""
    values = [(name, f"{column_word(name)}: {shown(row[name], name)}") for name in row if name != "at" and row[name]]
    lines = [
        "; ".join(text for name, text in values if name not in NUMBERS),
        "; ".join(text for name, text in values if name in NUMBERS),
    ]
    return "\n".join(filter(None, lines))


def _activity_facts(one: Mapping[str, Any]) -> list[list[str]]:
    service = one["service"]
    facts = (
        (_("Whom it is about"), one["whose"]),
        (_("Purpose"), one["purpose"]),
        (_("Legal basis"), "; ".join(filter(None, (one["basis"], one["national"])))),
        (_("Source"), one["source"]),
        (_("Recipients"), one["told_to"]),
        (_("Can be traced to you until"), kept_for(one)),
        (_("When the account is erased"), one["afterwards"]),
        (_("Where it is kept"), f"{_(SERVICES[service])} ({service}.{one['table']}, {one['column']})"),
    )
    return [[label, text] for label, text in facts]


def _access_rows(entries: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """Return entries of the access log as rows of the printed table."""
    lines: list[list[str]] = []
    for entry in entries:
        where = f"{entry['service']}.{entry['what_table']} {entry['what_key']}"
        action, reason = entry["action"], entry["why"]
        did = _(ACTIONS[action]) if action in ACTIONS else action
        why = _(REASONS[reason]) if reason in REASONS else reason
        lines.append(
            [shown(entry["looked_at"]), who_looked(entry["who"]), f"{did}: {where}", f"{why} ({entry['basis']})"]
        )
    return lines


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
