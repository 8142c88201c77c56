"""What the company's pages have in common: how a link is opened, and how a refusal is answered."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from fastapi.routing import APIRoute

from services.pledges.company_page import queries
from services.pledges.company_page.links import open_link
from services.pledges.company_page.refusals import LinkRefused, NotOfCompany
from services.pledges.pledges.dependencies import settings
from services.pledges.pledges.refusals import PledgeEnded
from services.pledges.pledges.rendering import render
from shared.http.refusals import STATUS, problem_of
from shared.i18n.translations import LANGUAGES, use_language
from shared.i18n.translations import gettext as _
from shared.refusals import Refusal
from shared.ui.forms import Form, blank

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.pledges.company_page.domain import CompanyAnswer, CompanyLink
    from services.pledges.pledges.schemas import PledgeOut
    from shared.db.database import Database


class CompanyRoute(APIRoute):
    """Answers every refusal with a page that leads back to the company's page, or says whom to write to."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_refusals(request: Request) -> Response:
            try:
                response = await handle(request)
            except LinkRefused as refusal:
                response = _link_refused(request, refusal)
            except Refusal as refusal:
                problem = problem_of(refusal)
                problem.next_step = (f"/company/{request.path_params['token']}", _("Back to your page"))
                raise problem from None
            response.headers["x-robots-tag"] = "noindex"
            return response

        return handle_refusals


async def open_page(request: Request, db: Database, token: str) -> CompanyLink:
    """Return the link of a token. Raises `LinkRefused`."""
    return await open_link(db, token, key=settings(request).request_key)


async def own_pledge(db: Database, link: CompanyLink, pledge_id: UUID) -> PledgeOut:
    """Return a pledge of the company that has not ended. Raises `NotOfCompany`, `PledgeEnded`."""
    async with db.read(link.taskforce_id) as conn:
        pledges = await queries.pledges_of(conn, link.taskforce_id, link.company_id)
    pledge = next((one for one in pledges if one.id == pledge_id), None)
    if pledge is None:
        raise NotOfCompany
    if pledge.ended:
        raise PledgeEnded
    return pledge


def help_unit(request: Request) -> Mapping[str, str]:
    """Return the unit that helps companies: its name, telephone and address, as far as the installation names them."""
    chosen = settings(request)
    return {
        "name": chosen.company_help_name,
        "phone": chosen.company_help_phone,
        "email": chosen.company_help_email,
    }


def new_answer(version: int | None) -> Form[Any]:
    """Return the form with which an answer is confirmed. `version`: of what it is about, as the page shows it."""
    return blank(id=uuid4(), version=version)


def changed_meanwhile(form: Form[Any], pledge: PledgeOut) -> Form[Any]:
    """Return the form with the pledge's present version, and with the reason why it is shown again."""
    mine: Form[Any] = replace(form, values={**form.values, "version": pledge.version})
    return mine.refused({"": _("Somebody has changed the pledge since you opened the page. Compare, and send again.")})


def say_thanks(token: str, answer: CompanyAnswer) -> Response:
    """Return to the company's page, which says what was answered."""
    return RedirectResponse(f"/company/{token}?answered={answer.id}", 303)


def _link_refused(request: Request, refusal: LinkRefused) -> Response:
    """Return one page for everybody whose link does not work, in both languages: whoever opens it chose neither."""
    words, ask = {}, {}
    for language in LANGUAGES:
        with use_language(language, service="pledges"):
            problem = problem_of(refusal)
            words[language] = (problem.title, problem.detail)
            ask[language] = _("Reply to the mail in which you got it, and we will ring you.")
    return render(
        request,
        "company_link_refused.html",
        status_code=STATUS[refusal.kind],
        words_of=words,
        ask=ask,
        help=help_unit(request),
    )
