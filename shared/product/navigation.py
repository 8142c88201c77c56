"""The header: which destinations it shows to which roles."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shared.i18n.translations import N_


@dataclass(frozen=True)
class Destination:
    """A destination in the header: label (English, translated where shown), path, and the roles that see it."""

    label: str
    path: str
    roles: frozenset[str]


_EVERYBODY = frozenset({"member", "coordinator", "caseworker", "facilitator", "admin", "auditor"})

DESTINATIONS = (
    Destination(N_("Overview"), "/", _EVERYBODY),
    Destination(N_("Log a pledge"), "/pledges/new", frozenset({"member", "coordinator", "caseworker", "event_pass"})),
    Destination(N_("The evening"), "/pledges/evening", frozenset({"coordinator", "admin"})),
    Destination(N_("Work list"), "/queue", frozenset({"caseworker", "coordinator"})),
    Destination(N_("Citizens"), "/participants", frozenset({"caseworker", "facilitator"})),
    Destination(N_("Pledges"), "/pledges", frozenset({"coordinator", "caseworker", "admin"})),
    Destination(N_("My pledges"), "/pledges", frozenset({"member"})),
    Destination(N_("Events"), "/events", frozenset({"coordinator", "member", "caseworker", "facilitator", "admin"})),
    Destination(N_("Meetings"), "/meetings", _EVERYBODY),
    Destination(N_("Companies"), "/companies", frozenset({"coordinator", "caseworker", "admin"})),
    Destination(N_("People"), "/people", frozenset({"admin"})),
    Destination(N_("Personal data"), "/personal-data", frozenset({"admin", "auditor"})),
    Destination(N_("Mails"), "/notifications", frozenset({"coordinator", "admin"})),
)


_PART_OF: Mapping[str, str] = {"/hires": "/queue", "/decisions": "/meetings"}
"""Pages without an entry of their own: the path that they lie below, and the path of the entry that leads to them."""


def destinations(roles: Iterable[str]) -> list[Destination]:
    """Return the entries for these roles, in order; of two labels for one path the first that applies."""
    held = frozenset(roles)
    seen: dict[str, Destination] = {}
    for place in DESTINATIONS:
        if place.roles & held:
            seen.setdefault(place.path, place)
    return list(seen.values())


def here(path: str, places: Iterable[Destination]) -> str | None:
    """Return the path of the destination that `path` is or lies below, or is part of; the longest that fits."""
    path = next((entry for below, entry in _PART_OF.items() if (path + "/").startswith(below + "/")), path)
    fitting = [
        place.path
        for place in places
        if path == place.path or (place.path != "/" and path.startswith(place.path + "/"))
    ]
    return max(fitting, key=len, default=None)
