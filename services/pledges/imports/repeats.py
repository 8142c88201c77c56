"""Which lines of a file were imported before, and which only look like it. No I/O."""

from __future__ import annotations

import hmac
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from services.pledges.imports.contents import differences
from shared.i18n.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from services.pledges.imports.contents import Content
    from services.pledges.imports.lines import JudgedLine

_MOST_DIFFERENCES: Final = 2
"""Lines of one company and day that differ in more columns are two pledges."""
_MOST_COMPARED: Final = 50
"""Pledges of one company and day: nobody gives more, so more are not worth the time."""

_Group: TypeAlias = tuple[str, str | None, str | None]


@dataclass(frozen=True, slots=True)
class StoredPledge:
    """A pledge that a line may repeat.

    Attributes:
        fingerprint: of its content, or, of what release 0.2 imported, of the cells as they were typed.
        imported: whether an import has logged it.
    """

    id: UUID
    content: Content
    fingerprint: bytes
    imported: bool


def mark_repeats(lines: Sequence[JudgedLine], stored: Sequence[StoredPledge]) -> None:
    """Mark the lines that were imported before, and refuse those whose reference was imported with other content.

    Adds a warning to lines that look like another pledge, but are not surely the same.

    Args:
        lines: those without errors are looked at.
        stored: every pledge of these lines' ids and days.
    """
    sound = [line for line in lines if not line.errors and line.content is not None]
    imported = {pledge.id: pledge for pledge in stored if pledge.imported}
    unclaimed = dict(imported)
    for line in sound:
        pledge = next((imported[id_] for id_ in line.ids if id_ in imported), None)
        if pledge is not None:
            unclaimed.pop(pledge.id, None)
            line.mark_known()
            _refuse_other_content(line, pledge)
    for line in sound:
        if not line.known:
            _find_reference_with_other_zeros(line, unclaimed)
    equal: dict[tuple[tuple[str, str | None], ...], list[StoredPledge]] = defaultdict(list)
    for pledge in unclaimed.values():
        equal[tuple(pledge.content.items())].append(pledge)
    for line in sound:
        if not line.known and not line.reference and line.content is not None:
            repeated = equal[tuple(line.content.items())]
            if repeated:
                line.mark_known()
                unclaimed.pop(repeated.pop().id)
    _warn_of_similar(sound, [pledge for pledge in stored if not pledge.imported or pledge.id in unclaimed])


def _refuse_other_content(line: JudgedLine, pledge: StoredPledge) -> None:
    if _says_the_same(line, pledge):
        return
    assert line.content is not None
    columns = differences(line.content, pledge.content)
    if columns:
        words = _(
            "This reference was imported before with other content (%(columns)s). An import does not change a pledge.",
            columns=", ".join(columns),
        )
        line.refuse("reference", words)


def _says_the_same(line: JudgedLine, pledge: StoredPledge) -> bool:
    return any(hmac.compare_digest(pledge.fingerprint, one) for one in line.fingerprints)


def _find_reference_with_other_zeros(line: JudgedLine, unclaimed: dict[UUID, StoredPledge]) -> None:
    for reference, ids in line.likely_ids.items():
        pledge = next((unclaimed[id_] for id_ in ids if id_ in unclaimed), None)
        if pledge is None:
            continue
        assert line.content is not None
        if not differences(line.content, pledge.content):
            line.mark_known()
            del unclaimed[pledge.id]
            words = _(
                "Was imported under the reference %(reference)s: the spreadsheet has changed the zeros before it.",
                reference=reference,
            )
        else:
            words = _(
                "Another pledge was imported under the reference %(reference)s. Has the spreadsheet changed the zeros?",
                reference=reference,
            )
        line.warnings.append(words)
        return


def _warn_of_similar(lines: Sequence[JudgedLine], stored: Sequence[StoredPledge]) -> None:
    """Point out the lines that say nearly the same as an earlier line or as a stored pledge of the company and day."""
    groups: dict[_Group, list[tuple[Content, int | None]]] = defaultdict(list)
    for pledge in stored:
        for group in _groups(pledge.content):
            groups[group].append((pledge.content, None))
    for line in lines:
        if line.known and line.content is not None:
            for group in _groups(line.content):
                groups[group].append((line.content, line.number))
    references: dict[str, int] = {}
    for line in lines:
        assert line.content is not None
        if not line.known:
            _warn_of_zeros(line, references)
            similar = [
                (differences(line.content, content), number)
                for group in _groups(line.content)
                for content, number in groups[group][-_MOST_COMPARED:]
            ]
            nearest = min(similar, key=lambda found: (len(found[0]), found[1] or 0), default=None)
            if nearest is not None and len(nearest[0]) <= _MOST_DIFFERENCES:
                line.warnings.append(_similarity(*nearest))
            for group in _groups(line.content):
                groups[group].append((line.content, line.number))
        if line.reference:
            references.setdefault(_without_zeros(line.reference), line.number)


def _groups(content: Content) -> Iterator[_Group]:
    for column in ("virksomhed", "cvr"):
        if content[column]:
            yield column, content[column], content["dato"]


def _warn_of_zeros(line: JudgedLine, references: dict[str, int]) -> None:
    number = references.get(_without_zeros(line.reference)) if line.reference else None
    if number is not None:
        line.warnings.append(_("Its reference is that of line %(line)s with other zeros before it.", line=number))


def _without_zeros(reference: str) -> str:
    return reference.lstrip("0") if reference.isdecimal() else reference


def _similarity(columns: Sequence[str], number: int | None) -> str:
    names = ", ".join(columns)
    if number is None and not columns:
        return _("A pledge that is here already says the same.")
    if number is None:
        return _("Differs from a pledge that is here already only in: %(columns)s.", columns=names)
    if not columns:
        return _("Says the same as line %(line)s.", line=number)
    return _("Differs from line %(line)s only in: %(columns)s.", line=number, columns=names)
