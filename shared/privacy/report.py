"""The subject report: everything that is held about a person, as one JSON document.

It is complete by the data inventories: it has every group, also those in which nothing was found, and the reason where
nobody can be found in a group. `shared.privacy.pdf` prints the same document.
"""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from shared.privacy.english import in_language

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shared.i18n.translations import Language
    from shared.privacy.activity import Activity
    from shared.privacy.subjects import FoundGroup, SubjectIdentifiers

TEXTS: Final = ("whose", "what", "purpose", "basis", "national", "source", "told_to", "counted_from", "only_where")
"""The texts of a group from the data inventory, in the report's language."""
ACTIVITY_TEXTS: Final = (
    "whose",
    "what",
    "purpose",
    "basis",
    "national",
    "source",
    "told_to",
    "counted_from",
    "afterwards",
)
"""The texts of a kind of action."""


_PICTURES: Final = {"image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n", "image/webp": b"RIFF"}
"""How a file of each media type begins."""


def group_entry(service: str, held: FoundGroup, language: Language) -> dict[str, Any]:
    """Return the report's entry for one group of one service, with the texts of the data inventory."""
    entry, lookup = held.entry, held.lookup
    return {
        "service": service,
        "group": entry.group,
        "table": entry.table,
        "months": entry.months,
        **{name: _said(getattr(entry, name), language) for name in TEXTS},
        "cannot_be_found_because": _said(lookup.why, language) if lookup.find is None else None,
        "not_erased_because": _said(lookup.why, language) if lookup.erase is None else None,
        "rows": [{name: plain(value) for name, value in row.items()} for row in held.rows],
    }


def activity_entry(service: str, done: Activity, language: Language) -> dict[str, Any]:
    """Return the report's entry for one `[[done_by]]` column of one service, with the texts of the data inventory."""
    entry = done.entry
    return {
        "service": service,
        "table": entry.table,
        "column": entry.column,
        "months": entry.months,
        **{name: _said(getattr(entry, name), language) for name in ACTIVITY_TEXTS},
        "rows": [{name: plain(value) for name, value in row.items()} for row in done.rows],
    }


def report(
    *,
    taskforce: str,
    identifiers: SubjectIdentifiers,
    held: Sequence[Mapping[str, Any]],
    done: Sequence[Mapping[str, Any]],
    looks: Sequence[Mapping[str, Any]],
    made_at: datetime,
    language: Language,
) -> dict[str, Any]:
    """Return the whole document, made of JSON values.

    Args:
        taskforce: its name.
        held: the `group_entry` of every group of every service.
        done: the `activity_entry` of every column of every service.
        looks: the accesses to the person's data, latest first: `looked_at`, `who`, `action`, `what_table`, `what_key`,
            `why`, `basis`, `service`.
    """
    return {
        "made_at": made_at.isoformat(),
        "language": language,
        "taskforce": taskforce,
        "asked_for": {
            "emails": sorted(identifiers.emails),
            "phones": sorted(identifiers.phones),
            "cvrs": sorted(identifiers.cvrs),
            "cases": sorted(map(str, identifiers.cases)),
        },
        "held": [dict(group) for group in held],
        "done": [dict(one) for one in done],
        "looked_at_by": [
            {name: plain(value) for name, value in look.items()} | {"basis": _said(look["basis"], language)}
            for look in looks
        ],
    }


def plain(value: Any) -> Any:
    """Return a database value as a JSON value: moments in ISO 8601, pictures as a data URL, other bytes as UTF-8."""
    if isinstance(value, bytes):
        for media_type, beginning in _PICTURES.items():
            if value.startswith(beginning):
                return f"data:{media_type};base64,{b64encode(value).decode()}"
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return str(value) if isinstance(value, (UUID, Decimal)) else value


def _said(text: str | None, language: Language) -> str | None:
    return in_language(text, language) if text else None
