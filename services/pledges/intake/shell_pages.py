"""The intake without the network: the page as a phone keeps it, and the service worker that keeps it."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from services.pledges.intake.choices import form_choices
from services.pledges.intake.words import phone_words
from services.pledges.pledges.dependencies import limits, settings
from shared.http.dependencies import Anybody
from shared.http.policy import concerns
from shared.i18n.translations import Language
from shared.ui.forms import blank
from shared.ui.offline_shell import Shell, render_shell, worker_response

if TYPE_CHECKING:
    from services.pledges.pledges.domain import Limits

router = APIRouter(include_in_schema=False)

PAGE = "/pledges/new"


@router.get("/pledges/service-worker.js")
@concerns()
async def service_worker(request: Request, _principal: Anybody) -> Response:
    """Send the service worker's script."""
    return worker_response(_shell_of(request))


@router.get("/pledges/shell/{language}")
@concerns()
async def shell(request: Request, _principal: Anybody, language: Language) -> Response:
    """Show the intake form without anything of a person or an event."""
    return HTMLResponse(_shell_of(request).html[language])


def _shell_of(request: Request) -> Shell:
    return intake_shell(limits(request), demo_mode=settings(request).demo_mode)


@functools.cache
def intake_shell(allowed: Limits, *, demo_mode: bool) -> Shell:
    """Return the intake's shell. It is rendered once in a process."""

    def context() -> dict[str, Any]:
        return {
            "is_shell": True,
            "practice": False,
            "practised": False,
            "form": blank(id="", positions=1, event_id="", job_type="smaajob"),
            "event": None,
            "event_choices": [],
            "companies": [],
            "receipt": None,
            "before": None,
            "phone_words": phone_words(allowed),
            **form_choices(allowed.positions),
        }

    html = render_shell("pledges", "intake_shell.html", PAGE, context, demo_mode=demo_mode)
    # The server remembers a language that was chosen for all pages.
    return Shell(
        PAGE,
        of_server=("received", "again", "lang"),
        html=html,
        assets=("intake.css", "forms.js", "intake.js"),
        later=("handover.js",),
    )
