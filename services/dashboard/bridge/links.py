"""The URLs of bridges and lists, for pages and for the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from services.dashboard.bridge.times import text_of

if TYPE_CHECKING:
    from services.dashboard.bridge.counted import Counted
    from services.dashboard.bridge.domain import Bridge, Kind
    from services.dashboard.measures.selection import Times

PAGES: Final = "/dashboard"
API: Final = "/api/dashboard/v1"


def list_of_figure(counted: Counted, times: Times, *, below: str = PAGES) -> str:
    """Return the URL of the list of what a figure counts at a pair of times."""
    known_at = text_of(times).partition("@")[2]
    return _url(f"{below}/lists/{counted.measure.code}", counted, as_of=times.as_of.isoformat(), known_at=known_at)


def list_of_term(bridge: Bridge, kind: Kind, *, below: str = PAGES) -> str:
    """Return the URL of the list of what a term of a bridge counts."""
    return list_between(bridge.counted, bridge.since, bridge.until, kind, below=below)


def list_between(counted: Counted, since: Times, until: Times, kind: Kind, *, below: str = PAGES) -> str:
    """Return the URL of the list of what the term of this kind counts between two pairs of times."""
    path = f"{below}/lists/{counted.measure.code}"
    return _url(path, counted, **{"from": text_of(since), "to": text_of(until), "term": kind})


def bridge_page(counted: Counted, since: Times, until: Times) -> str:
    """Return the URL of the page of a bridge."""
    times = {"from": text_of(since), "to": text_of(until)}
    return _url(f"{PAGES}/bridge", counted, measure=counted.measure.code, **times)


def _url(path: str, counted: Counted, **parameters: str) -> str:
    of_type = "" if counted.job_type in {None, "smaajob"} else str(counted.job_type)
    query = {**parameters, "job_type": of_type, "group": counted.group, **counted.filters.query()}
    return f"{path}?{urlencode({name: value for name, value in query.items() if value})}"
