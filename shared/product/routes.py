"""Which service answers which address: the one table behind the gateway and the local run.

A prefix stands for itself and everything below it. The longest prefix wins. Nothing is stripped: every service
knows its own whole paths.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

PREFIXES: Final = MappingProxyType(
    {
        "/": "dashboard",
        "/board": "dashboard",
        "/dashboard": "dashboard",
        "/api/dashboard": "dashboard",
        "/events": "events",
        "/companies": "events",
        "/people": "events",
        "/personal-data": "events",
        "/api-keys": "events",
        "/sign-in": "events",
        "/sign-out": "events",
        "/session": "events",
        "/account": "events",
        "/.well-known": "events",
        "/api/events": "events",
        "/pledges": "pledges",
        "/queue": "pledges",
        "/participants": "pledges",
        "/api/pledges": "pledges",
        "/notifications": "notifications",
        "/api/notifications": "notifications",
        # The same files in every service: whoever is asked can answer.
        "/assets": "dashboard",
    }
)

PRIVATE: Final = "/internal"
"""Below this the services talk to each other, on addresses no gateway leads to."""


def service_for(path: str) -> str | None:
    """The service that answers `path` (decoded, with its leading slash), or None when no one may.

    `/board` covers `/board` and `/board/struer`, but not `/boardroom`. What no other prefix covers is the
    dashboard's, which says that it does not exist.
    """
    if covers(PRIVATE, path):
        return None
    best = max((prefix for prefix in PREFIXES if covers(prefix, path)), key=len, default="/")
    return PREFIXES[best]


def internal_service_for(path: str) -> str | None:
    """The service behind `/internal/<service>/…`, on the private port only; None when there is no such one."""
    _, _, rest = path.partition(f"{PRIVATE}/")
    service = rest.split("/", 1)[0]
    return service if covers(PRIVATE, path) and service in set(PREFIXES.values()) else None


def covers(prefix: str, path: str) -> bool:
    """Whether `path` is the prefix itself or lies below it."""
    return path == prefix or path.startswith(prefix.rstrip("/") + "/")
