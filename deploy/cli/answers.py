"""Reading the services' answers: what was wanted, or their own words for why not."""

from __future__ import annotations

from typing import Any

import httpx

from deploy.cli.console import Refusal


def expect(answer: httpx.Response) -> Any:
    """Return the JSON of a good answer. Raises `Refusal` with what the problem says of itself."""
    if answer.is_success:
        return answer.json()
    raise Refusal(problem_of(answer))


def problem_of(answer: httpx.Response) -> str:
    """A refused request in one line, from its problem+json where it has one."""
    try:
        problem = answer.json()
        title, detail = str(problem["title"]), str(problem.get("detail") or "")
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"The installation answered {answer.status_code} to {answer.request.url.path}."
    errors = [
        f"{error.get('pointer', '')} {error.get('message') or error.get('detail') or ''}".strip()
        for error in problem.get("errors", [])
        if isinstance(error, dict)
    ]
    return " ".join(filter(None, (f"{title}.", detail, "; ".join(errors))))
