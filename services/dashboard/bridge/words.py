"""The words of a bridge. Pages, projector and pack use the same."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from shared.i18n.translations import N_, ngettext
from shared.i18n.translations import gettext as _
from shared.ui.formats import long_date, moment_text, number_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.dashboard.bridge.domain import Bridge, Kind, Term
    from services.dashboard.measures.selection import Times

MINUS: Final = "\N{MINUS SIGN}"

_COUNTS: Final[Mapping[Kind, str]] = MappingProxyType(
    {
        "new": N_("%(shown)s new"),
        "ended": N_("%(shown)s ended"),
        "late": N_("%(shown)s recorded late"),
        "merged": N_("%(shown)s merged"),
        "unmerged": N_("%(shown)s unmerged"),
        "revoked": N_("%(shown)s revoked"),
        "moved": N_("%(shown)s moved"),
        "corrected": N_("%(shown)s corrected"),
    }
)
_KINDS: Final[Mapping[Kind, str]] = MappingProxyType(
    {
        "new": N_("New"),
        "ended": N_("Ended"),
        "late": N_("Recorded late"),
        "merged": N_("Merged"),
        "unmerged": N_("Unmerged"),
        "revoked": N_("Revoked"),
        "moved": N_("Moved"),
        "corrected": N_("Corrected"),
    }
)
_EXPLANATIONS: Final[Mapping[Kind, str]] = MappingProxyType(
    {
        "new": N_("Came between the two days."),
        "ended": N_("Ended between the two days, and no longer counts."),
        "late": N_("Was so before the first day already, but was recorded only afterwards."),
        "merged": N_("Was found to be a duplicate of another one, and no longer counts."),
        "unmerged": N_("Was taken for a duplicate, and counts after all."),
        "revoked": N_("Counted before, and was found never to have been."),
        "moved": N_("Has another job type, event, company, municipality or industry now."),
        "corrected": N_("Was corrected after the first figure, or was decided or recorded later for a day before it."),
    }
)


def sum_text(bridge: Bridge) -> str:
    """Return the bridge as a sum in words: `196 + 9 new − 1 ended − 1 corrected = 203`; `196, unchanged`."""
    if not bridge.terms:
        return _("%(number)s, unchanged", number=number_text(bridge.end))
    terms = "".join(f" {sign(term)} {term_text(term)}" for term in bridge.terms)
    return f"{number_text(bridge.start)}{terms} = {number_text(bridge.end)}"


def sign(term: Term) -> str:
    """Return `+` or a minus sign."""
    return "+" if term.count > 0 else MINUS


def term_text(term: Term) -> str:
    """Return a term without its sign: `9 new`."""
    count = abs(term.count)
    return ngettext(_COUNTS[term.kind], _COUNTS[term.kind], count, shown=number_text(count))


def kind_text(kind: Kind) -> str:
    """Return the name of the terms of a kind: `New`."""
    return _(_KINDS[kind])


def explanation(kind: Kind) -> str:
    """Return what the terms of a kind count, as a sentence."""
    return _(_EXPLANATIONS[kind])


def span_text(since: Times, until: Times) -> str:
    """Return from when to when a bridge goes, as a sentence."""
    values = {"since": times_text(since), "until": times_text(until)}
    # A comma ends the words about what was known.
    if since.known_at:
        return _("From %(since)s, to %(until)s.", **values)
    return _("From %(since)s to %(until)s.", **values)


def times_text(times: Times) -> str:
    """Return a pair of times: `1 December 2026, as known at 01.12.2026 16.00`."""
    if times.known_at is None:
        return long_date(times.as_of)
    return _("%(day)s, as known on %(moment)s", day=long_date(times.as_of), moment=moment_text(times.known_at))
