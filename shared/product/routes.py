"""The table of URL prefixes: which service answers which path. Used by the gateways of all deployments.

A prefix stands for itself and everything below it; with a slash at its end, for what is below it only. The longest
prefix wins. Paths are not rewritten.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

PREFIXES: Final = MappingProxyType(
    {
        "/": "dashboard",
        "/board": "dashboard",
        "/dashboard": "dashboard",
        "/meetings": "dashboard",
        "/api/dashboard": "dashboard",
        "/events": "events",
        # The register of companies; the page of one company is made of what it pledged.
        "/companies": "events",
        "/companies/": "pledges",
        "/companies/new": "events",
        "/companies/clear": "events",
        "/companies/agreements": "events",
        "/targets": "events",
        "/decisions": "events",
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
        "/hires": "pledges",
        "/company": "pledges",
        "/participants": "pledges",
        "/card": "pledges",
        "/api/pledges": "pledges",
        "/notifications": "notifications",
        "/api/notifications": "notifications",
        # Every service has the same files.
        "/assets": "dashboard",
    }
)

PRIVATE: Final = "/internal"
"""Paths below this are for calls between services; no gateway exposes them."""


def service_for(path: str) -> str | None:
    """Return the service that answers `path` (decoded, with its leading slash), or None for a private path.

    `/board` covers `/board` and `/board/struer`, but not `/boardroom`. Paths without another prefix belong to the
    dashboard, which answers 404.
    """
    if covers(PRIVATE, path):
        return None
    best = max((prefix for prefix in PREFIXES if covers(prefix, path)), key=len, default="/")
    return PREFIXES[best]


def internal_service_for(path: str) -> str | None:
    """Return the service behind `/internal/<service>/…`, on the private port only; None for an unknown one."""
    _, _, rest = path.partition(f"{PRIVATE}/")
    service = rest.split("/", 1)[0]
    return service if covers(PRIVATE, path) and service in set(PREFIXES.values()) else None


def covers(prefix: str, path: str) -> bool:
    """Whether `path` is the prefix itself or lies below it. A prefix with a slash at its end does not cover itself
    without the slash."""
    return path == prefix or path.startswith(prefix.rstrip("/") + "/")
