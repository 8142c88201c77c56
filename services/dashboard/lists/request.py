"""Which list a URL asks for. Pages and API use the same parameters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import Depends, Path, Query

from services.dashboard.bridge.domain import Kind
from services.dashboard.bridge.request import Narrowed
from services.dashboard.bridge.times import read_times
from services.dashboard.lists.domain import Listing, TermIncomplete
from services.dashboard.measures.figures import today
from services.dashboard.measures.selection import Times
from services.dashboard.selection import AsOf, KnownAt, OnlyKnownParameters

_From = Annotated[
    str, Query(alias="from", max_length=80, description="Of a term: the first pair of times of its bridge.")
]
_To = Annotated[str, Query(alias="to", max_length=80, description="Of a term: the second pair of times of its bridge.")]


@dataclass(frozen=True, slots=True)
class _Term:
    since: Times | None
    until: Times | None
    kind: Kind | None


async def _term(
    since: _From = "",
    until: _To = "",
    term: Annotated[Kind | None, Query(description="Of a bridge: the kind of the term.")] = None,
) -> _Term:
    return _Term(read_times("from", since) if since else None, read_times("to", until) if until else None, term)


async def _own_times(as_of: AsOf = None, known_at: KnownAt = None) -> tuple[date | None, datetime | None]:
    return as_of, known_at


_OwnTimes = Annotated[tuple[date | None, datetime | None], Depends(_own_times)]


async def _listing(
    _known: OnlyKnownParameters,
    measure: Annotated[str, Path(max_length=60, description="The code of the measure.", examples=["hires"])],
    narrowed: Narrowed,
    of_term: Annotated[_Term, Depends(_term)],
    times: _OwnTimes,
) -> Listing:
    counted = narrowed.counted(measure)
    if of_term == _Term(None, None, None):
        return Listing(counted, Times(times[0] or today(), times[1]))
    if of_term.until is None or times != (None, None):
        raise TermIncomplete
    return Listing(counted, of_term.until, of_term.since, of_term.kind)


ChosenList = Annotated[Listing, Depends(_listing)]
"""The list that a URL asks for. Refuses parameters that the route does not have."""
