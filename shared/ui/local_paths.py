"""Local addresses: the one place that decides where a link of a page or a redirect may lead."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote, urlsplit

from fastapi.routing import iter_route_contexts

if TYPE_CHECKING:
    from fastapi import Request
    from starlette.requests import HTTPConnection

_IGNORED_BY_BROWSERS: Final = re.compile(r"[\x00-\x1f\x7f\\]")
"""Browsers drop control characters from an address, and read a backslash as a slash."""
_ANOTHER_HOST: Final = ("//", "/\\")


def safe_next(target: str | None, default: str = "/") -> str:
    """Return the target of a link or redirect if it is a local path, or `default`: never another site.

    A target whose first characters are another host's once they are unescaped is not local either, because something
    on the way may unescape it.
    """
    if not target or not target.startswith("/") or _IGNORED_BY_BROWSERS.search(target):
        return default
    return default if unquote(target).startswith(_ANOTHER_HOST) else target


def requested_path(connection: HTTPConnection) -> str:
    """Return the requested path and query, escaped as they were sent."""
    # `path` is unescaped, so a `%3F` in it looks like the begin of the query. `raw_path` is optional in ASGI.
    path = connection.scope.get("raw_path") or quote(connection.scope["path"]).encode()
    query = connection.scope["query_string"]
    return (path + b"?" + query if query else path).decode("latin-1")


def own_path(connection: HTTPConnection) -> str:
    """Return the requested path without its query, for a link or a form of the page that answers it."""
    return safe_next(requested_path(connection).partition("?")[0])


def referring_path(connection: HTTPConnection, *hosts: str) -> str | None:
    """Return the path and query of our page that linked here, from the Referer header.

    Args:
        hosts: hosts that are ours besides the requested one, each with its port.

    Returns:
        None without the header, for another host, and for what is not an address.
    """
    try:
        sender = urlsplit(connection.headers.get("referer", ""))
    except ValueError:
        return None
    if sender.netloc not in {connection.headers.get("host"), *hosts}:
        return None
    return safe_next(sender.path + (f"?{sender.query}" if sender.query else ""), default="") or None


def methods_at(request: Request, path: str) -> set[str]:
    """Return the methods of all routes of the application that match a path; empty where none does."""
    methods: set[str] = set()
    for route in iter_route_contexts(request.app.routes):
        pattern = getattr(route, "path_regex", None)
        if pattern is not None and pattern.match(path):
            methods |= route.methods or set()
    return methods


def form_path(request: Request) -> str | None:
    """Return the path and query of the page of ours that sent a form, if it can be opened with GET."""
    path = referring_path(request)
    return path if path and "GET" in methods_at(request, path.partition("?")[0]) else None


def page_path(request: Request) -> str:
    """Return the path and query of the page, for a link that opens it again.

    The answer to a form cannot be opened again: then it is the page that the form was on, or the nearest one above.
    """
    if request.method in {"GET", "HEAD"}:
        query = request.scope["query_string"].decode("latin-1")
        return own_path(request) + (f"?{query}" if query else "")
    if form := form_path(request):
        return form
    path = own_path(request)
    while path != "/" and "GET" not in methods_at(request, unquote(path)):
        path = path.rpartition("/")[0] or "/"
    return path
