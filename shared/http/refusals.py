"""Turns the domain's refusals (`shared.refusals`) into responses: problem+json or a page."""

from collections.abc import Mapping
from typing import Final

from fastapi import FastAPI, Request
from fastapi.responses import Response

from shared.fields.validation import FieldError
from shared.http.problems import Problem, respond
from shared.i18n.translations import gettext as _
from shared.refusals import Kind, Refusal, refusals_of

STATUS: Final[Mapping[Kind, int]] = {
    "signed_out": 401,
    "forbidden": 403,
    "not_found": 404,
    "conflict": 409,
    "gone": 410,
    "stale": 412,
    "invalid": 422,
    "upstream_failed": 502,
    "unavailable": 503,
}


def problem_of(refusal: Refusal | type[Refusal]) -> Problem:
    """Return a refusal as a problem in the current language. A class is enough if its texts have no placeholders."""
    detail = _(refusal.detail)
    if isinstance(refusal, Refusal) and refusal.values:
        detail %= refusal.values
    errors = [FieldError(refusal.field, refusal.code, detail)] if refusal.field else []
    next_step = (refusal.next_step[0], _(refusal.next_step[1])) if refusal.next_step else None
    return Problem(STATUS[refusal.kind], refusal.code, _(refusal.title), detail, errors=errors, next_step=next_step)


def problem_with_code(code: str, *, package: str) -> Problem:
    """Return the problem of the refusal with this code in a package. Raises `Problem` 404 if there is none."""
    for refusal in refusals_of(package):
        if refusal.code == code:
            return problem_of(refusal)
    raise Problem(404)


async def _on_refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return respond(request, problem_of(error))


def install(app: FastAPI) -> None:
    """Install the handler for refusals that a route does not catch."""
    app.add_exception_handler(Refusal, _on_refusal)
