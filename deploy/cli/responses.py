"""Reads the services' HTTP responses: the JSON of a successful one, the problem of any other."""

from __future__ import annotations

from typing import Any

import httpx

from deploy.cli.console import CommandError


def json_of(response: httpx.Response) -> Any:
    """Return the JSON of a successful response. Raises `CommandError` with the text of the problem for any other."""
    if response.is_success:
        return response.json()
    raise CommandError(problem_text(response))


def problem_text(response: httpx.Response) -> str:
    """Return title, detail and field errors of a problem+json response in one line."""
    try:
        problem = response.json()
        title, detail = str(problem["title"]), str(problem.get("detail") or "")
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"The installation answered {response.status_code} to {response.request.url.path}."
    errors = [
        f"{error.get('pointer', '')} {error.get('message') or error.get('detail') or ''}".strip()
        for error in problem.get("errors", [])
        if isinstance(error, dict)
    ]
    return " ".join(filter(None, (f"{title}.", detail, "; ".join(errors))))
