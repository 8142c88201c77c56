"""Errors of requests as RFC 9457 problem+json or as a page.

Routes raise `Problem`. The handlers here give validation errors, Starlette's own errors and unreadable bodies the same
shape. A value from the request is never repeated, because it may be personal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from shared.db.database import TRANSIENT_ERRORS
from shared.fields.validation import FieldError, field_errors
from shared.i18n.translations import N_
from shared.i18n.translations import gettext as _
from shared.ui.local_paths import form_path, methods_at, requested_path, safe_next

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "/problems/"

_TITLES: Mapping[int, tuple[str, str, str]] = {
    400: ("bad-request", N_("The request cannot be read"), N_("Check what was sent and try again.")),
    401: ("signed-out", N_("You are not signed in"), N_("Sign in and try again.")),
    403: ("forbidden", N_("You may not do this"), N_("Your role does not give access to this.")),
    404: ("not-found", N_("This page does not exist"), N_("It may have been moved, or the address is wrong.")),
    405: ("method-not-allowed", N_("This cannot be done here"), N_("The address does not take this method.")),
    406: ("not-acceptable", N_("This format is not available"), N_("Ask for another format.")),
    409: ("conflict", N_("Somebody changed this before you"), N_("Load it again and compare.")),
    412: ("stale-version", N_("Somebody changed this before you"), N_("Load it again and compare.")),
    413: ("too-large", N_("This is too large"), N_("Send less at a time.")),
    415: ("media-type", N_("This format is not understood"), N_("Send it in another format.")),
    422: ("invalid", N_("Something needs to be corrected"), N_("See the message at each field.")),
    428: ("precondition-required", N_("The version is missing"), N_("Say which version you saw (If-Match).")),
    429: ("too-many", N_("Too many attempts"), N_("Wait a little and try again.")),
    500: ("internal", N_("Something went wrong on our side"), N_("It has been recorded. Try again in a moment.")),
    503: ("unavailable", N_("This is not available right now"), N_("Try again in a moment.")),
}
_OTHER = ("other", N_("The request was refused"), N_("Check what was sent and try again."))


class Problem(Exception):
    """An error response, raised from anywhere in a route.

    Attributes:
        slug: stable name for programs (`/problems/<slug>`).
        title, detail: for people, translated; by default the words of the status.
        errors: the fields at fault.
        headers: added to the response.
        extra: further members of the problem (RFC 9457, section 3.2).
        next_step: a local path and the label of a button that leads there, for people only.
    """

    def __init__(
        self,
        status: int,
        slug: str | None = None,
        title: str | None = None,
        detail: str | None = None,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
        next_step: tuple[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {slug or ''}".strip())
        self.status = status
        self.slug = slug or _TITLES.get(status, _OTHER)[0]
        self.title = title
        self.detail = detail
        self.errors = tuple(errors)
        # RFC 9110, section 15.5.2: a 401 names the scheme to authenticate with.
        self.headers = ({"www-authenticate": "Bearer"} if status == 401 else {}) | dict(headers or {})
        self.extra = dict(extra or {})
        self.next_step = next_step

    def document(self, instance: str | None = None) -> dict[str, Any]:
        """Return the JSON object, in the current language."""
        _slug, title, detail = _TITLES.get(self.status, _OTHER)
        body: dict[str, Any] = {
            **self.extra,
            "type": TYPE_PREFIX + self.slug,
            "title": self.title or _(title),
            "status": self.status,
            "detail": self.detail or _(detail),
        }
        if instance:
            body["instance"] = instance
        if self.errors:
            body["errors"] = [asdict(error) for error in self.errors]
        return body


@dataclass(frozen=True)
class Negotiation:
    """What the client accepts: JSON, a page, or a fragment for htmx."""

    html: bool
    fragment: bool

    @classmethod
    def of(cls, request: Request) -> "Negotiation":
        """Read it from a request. Paths below /api and /internal are always answered with JSON."""
        machine = request.scope["path"].startswith(("/api/", "/internal/"))
        html = not machine and "text/html" in request.headers.get("accept", "")
        return cls(
            html=html or (not machine and "hx-request" in request.headers), fragment="hx-request" in request.headers
        )


def respond(request: Request, problem: Problem) -> Response:
    """Return the problem in the form that the client accepts. A page that needs a sign-in redirects to it."""
    from shared.ui.pages import render  # noqa: PLC0415 - pages renders problems and raises them

    _log_refusal(request, problem)
    accepts = Negotiation.of(request)
    correlation_id = getattr(request.state, "correlation_id", None)
    document = problem.document(instance=f"urn:uuid:{correlation_id}" if correlation_id else None)
    if not accepts.html:
        return JSONResponse(document, problem.status, problem.headers, media_type=MEDIA_TYPE)
    if problem.status == 401 and not accepts.fragment and request.method in {"GET", "HEAD"}:
        return RedirectResponse(
            f"/sign-in?next={quote(safe_next(requested_path(request)), safe='')}", 303, problem.headers
        )
    template = "problem_fragment.html" if accepts.fragment else "problem.html"
    next_step = _next_step(request, problem)
    response = render(request, template, status_code=problem.status, problem=document, next_step=next_step)
    response.headers.update(problem.headers)
    return response


def _next_step(request: Request, problem: Problem) -> tuple[str, str]:
    """Return the path and label of the page's button: the problem's next step, back to the form, or the front page."""
    if problem.next_step is not None:
        return problem.next_step
    if problem.status == 401:
        return "/sign-in", _("Sign in")
    if request.method not in {"GET", "HEAD"} and (form := form_path(request)):
        return form, _("Back")
    return "/", _("Go to the front page")


_REFUSALS = frozenset({401, 403, 429})
"""Statuses that are logged: refusals and exceeded rate limits."""
_SIGNING_IN = ("/sign-in", "/account/passkeys")


def _log_refusal(request: Request, problem: Problem) -> None:
    """Log refused requests and failed sign-ins, with the route's pattern and never with the path."""
    failed_sign_in = (
        problem.status >= 400 and request.scope["path"].startswith(_SIGNING_IN) and request.method == "POST"
    )
    if problem.status not in _REFUSALS and not failed_sign_in:
        return
    route = getattr(request.scope.get("route"), "path", None)
    principal = getattr(request.state, "principal", None)
    log.warning(
        "request.refused",
        status=problem.status,
        reason=problem.slug,
        method=request.method,
        route=route,
        taskforce=str(principal.taskforce_id) if principal is not None else None,
    )


async def _on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return respond(request, error)


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code < 400 or error.status_code == 204:
        return Response(status_code=error.status_code, headers=error.headers)
    # Starlette's own `Allow` names the methods of one route only.
    headers = {"allow": _allowed(request)} if error.status_code == 405 else error.headers
    return respond(request, Problem(error.status_code, headers=headers))


def _allowed(request: Request) -> str:
    """Return the methods that a path has, for `Allow`: there is one route for each."""
    methods = methods_at(request, request.scope["path"])
    if not methods or "GET" in methods:  # none: a mounted app, which serves files
        methods |= {"GET", "HEAD"}
    return ", ".join(sorted(methods))


async def _on_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    details = error.errors()
    if any(detail["type"] == "json_invalid" for detail in details):
        return respond(request, Problem(400, "malformed-json", detail=_("The body is not valid JSON.")))
    return respond(request, Problem(422, errors=field_errors(details)))


async def _on_outage(request: Request, error: Exception) -> Response:
    # Whether the change was committed may be unknown. The client repeats the request with the same idempotency key.
    log.warning("database_unavailable", error=type(error).__name__)
    return respond(request, Problem(503, headers={"retry-after": "1"}))


def install(app: FastAPI) -> None:
    """Answer every error of the app as a problem. Unexpected errors: see `shared.http.middleware`."""
    for passing in TRANSIENT_ERRORS:
        app.add_exception_handler(passing, _on_outage)  # type: ignore[arg-type]
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(RequestValidationError, _on_validation)
