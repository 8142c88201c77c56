"""Generates the part of docs/privacy.da.md that lists the data inventories: data subjects, purposes and retention."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from deploy.privacy.data_inventories import data_inventory_of
from deploy.services import SERVICES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from shared.privacy.data_inventory import DoneBy, Personal

FILE: Final = Path(__file__).parents[2] / "docs" / "privacy.da.md"
_BEGINS: Final = "<!-- Herfra skrives afsnittet af `python -m deploy.privacy`; ret i personal_data.toml. -->"
_ENDS: Final = "<!-- Hertil. -->"


def up_to_date(document: str) -> str:
    """Return the document with its generated part replaced.

    Raises:
        ValueError: the markers around the generated part are missing.
    """
    before, begins, rest = document.partition(_BEGINS)
    _, ends, after = rest.partition(_ENDS)
    if not (begins and ends):
        raise ValueError(f"{FILE.name} has no markers around its generated part")
    return f"{before}{_BEGINS}\n\n{_part()}\n{_ENDS}{after}"


def _part() -> str:
    entries = [(service, entry) for service in SERVICES for entry in data_inventory_of(service).personal]
    groups: dict[tuple[object, ...], list[tuple[str, Personal]]] = {}
    for service, entry in entries:
        key = (
            entry.group,
            entry.whose,
            entry.what,
            entry.purpose,
            entry.source,
            entry.told_to,
            entry.months,
            entry.counted_from,
        )
        groups.setdefault(key, []).append((service, entry))
    lines = ["| Om hvem | Hvad | Formål | Hjemmel | Kilde | Modtagere | Slettes | Felter |"]
    lines += ["|---|---|---|---|---|---|---|---|"]
    lines += [_row(group) for group in groups.values()]
    lines += [
        "",
        "Kontoens aktivitet, registreret med kontoens nummer. Den kan henføres til en person, så længe kontoen findes:",
        "",
    ]
    lines += ["| Om hvem | Hvad | Formål | Hjemmel | Kilde | Modtagere | Gemmes til | Derefter | Felter |"]
    lines += ["|---|---|---|---|---|---|---|---|---|"]
    done: dict[DoneBy, list[str]] = {}
    for service in SERVICES:
        for activity in data_inventory_of(service).done_by:
            done.setdefault(activity, []).append(f"`{service}.{activity.table}` ({activity.column})")
    lines += [_done(activity, fields) for activity, fields in done.items()]
    lines += ["", "Numre og koder, der kun kan henføres til en person ved hjælp af andre oplysninger:", ""]
    lines += [
        "| Felter | Nødvendigt for at identificere personen | Formål | Begrundelse for at udelade det i udskriften |",
        "|---|---|---|---|",
    ]
    references: dict[tuple[str, str, str], list[str]] = {}
    for service in SERVICES:
        for one in data_inventory_of(service).pseudonymous:
            fields = references.setdefault((one.resolved_by, one.why, one.not_shown or ""), [])
            fields.append(f"`{service}.{one.table}` ({', '.join(one.columns)})")
    lines += [_cells(", ".join(dict.fromkeys(fields)), *texts) for texts, fields in references.items()]
    return "\n".join(lines) + "\n"


def _row(group: Sequence[tuple[str, Personal]]) -> str:
    entry = group[0][1]
    basis = f"{entry.basis}; {entry.national}" if entry.national else entry.basis
    what = f"{entry.what} (kun hvor {entry.only_where})" if entry.only_where else entry.what
    fields = _once(f"`{service}.{one.table}` ({', '.join(one.columns)})" for service, one in group)
    deleted = f"{_months(entry.months)} efter {entry.counted_from}" if entry.months else entry.counted_from
    return _cells(entry.whose, what, entry.purpose, basis, entry.source, entry.told_to, deleted, fields)


def _done(activity: DoneBy, fields: Sequence[str]) -> str:
    basis = f"{activity.basis}; {activity.national}" if activity.national else activity.basis
    until = f"{_months(activity.months)} efter {activity.counted_from}"
    return _cells(
        activity.whose,
        activity.what,
        activity.purpose,
        basis,
        activity.source,
        activity.told_to,
        until,
        activity.afterwards,
        ", ".join(fields),
    )


def _months(months: int) -> str:
    if months % 12:
        return "1 måned" if months == 1 else f"{months} måneder"
    return f"{months // 12} år"


def _once(fields: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(fields))


def _cells(*texts: str) -> str:
    return "| " + " | ".join(text.replace("|", "\\|") for text in texts) + " |"
