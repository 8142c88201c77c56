"""The public board: the last released number on a page, and the same as JSON, SVG and text.

There is no token. The slug in the URL names a taskforce, and only its one public figure is read.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from services.dashboard.access import BOARD, Settings
from services.dashboard.board.public_figure import PublicFigure, PublicFigures, TheBoardChanges, ThePublicFigures
from shared.http.dependencies import Anybody
from shared.http.middleware import content_security_policy
from shared.http.policy import concerns
from shared.http.problems import Problem
from shared.http.streams import EventStream, Follower
from shared.i18n.translations import gettext as _
from shared.i18n.translations import ngettext
from shared.ui.formats import date_text, moment_text, month_text, number_text
from shared.ui.pages import render

router = APIRouter(prefix="/board", include_in_schema=False)

_FOR_EVERYBODY = {
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
    "cache-control": "public, max-age=10",
}
_IN_A_LANGUAGE = _FOR_EVERYBODY | {"vary": "cookie"}


@router.get("/{slug}.json")
@concerns(BOARD)
async def as_json(slug: str, _anybody: Anybody, public_figures: ThePublicFigures) -> Response:
    """Answer the figure for programs. `count` is null, and `suppressed` true, where it is too small to show.

    Before the first release `count`, `as_of` and `released_at` are null. `next_release` is the next set time; null: as
    soon as enough have come.
    """
    return JSONResponse(_document(await _find(public_figures, slug)), headers=_FOR_EVERYBODY)


@router.get("/{slug}.txt")
@concerns(BOARD)
async def as_text(slug: str, _anybody: Anybody, public_figures: ThePublicFigures) -> Response:
    """Answer the figure as one line."""
    figure = await _find(public_figures, slug)
    if figure.as_of is None:
        line = _("No number has been released yet") + "\n"
    else:
        line = f"{_number(figure)} {_label(figure)} ({date_text(figure.as_of)})\n"
    return PlainTextResponse(line, headers=_IN_A_LANGUAGE)


@router.get("/{slug}.svg")
@concerns(BOARD)
async def as_image(request: Request, slug: str, _anybody: Anybody, public_figures: ThePublicFigures) -> Response:
    """Answer the figure as an SVG image, for road signs and other web sites."""
    figure = await _find(public_figures, slug)
    image = request.app.state.templates.get_template("board.svg").render(figure=figure, words=_words(figure))
    return Response(image, media_type="image/svg+xml", headers=_IN_A_LANGUAGE)


@router.get("/{slug}/figure")
@concerns(BOARD)
async def fresh_figure(request: Request, slug: str, _anybody: Anybody, public_figures: ThePublicFigures) -> Response:
    """Answer only the part of the board that is updated live."""
    figure = await _find(public_figures, slug)
    return render(request, "parts/board.html", figure=figure, words=_words(figure))


@router.get("/{slug}/stream")
@concerns(BOARD)
async def follow(
    request: Request, slug: str, _anybody: Anybody, public_figures: ThePublicFigures, changes: TheBoardChanges
) -> Response:
    """Follow the releases. Nothing else is sent, and nothing else wakes the stream."""
    figure = await _find(public_figures, slug)
    sent = figure.release

    async def message() -> dict[str, Any] | None:
        nonlocal sent
        figure = await public_figures.find(slug)
        if figure is None or figure.release == sent:
            return None
        sent = figure.release
        return _document(figure)

    return EventStream(changes, figure.taskforce.taskforce_id, Follower.of(request), message)


@router.get("/{slug}")
@concerns(BOARD)
async def show_board(
    request: Request, slug: str, _anybody: Anybody, public_figures: ThePublicFigures, settings: Settings
) -> Response:
    """Show the board. Only origins that the settings name may show it in a frame."""
    figure = await _find(public_figures, slug)
    return render(
        request,
        "board.html",
        headers={"content-security-policy": content_security_policy(settings.board_frame_ancestors)},
        figure=figure,
        now=datetime.now(UTC),
        words=_words(figure),
    )


async def _find(public_figures: PublicFigures, slug: str) -> PublicFigure:
    figure = await public_figures.find(slug)
    if figure is None:
        raise Problem(404, "no-such-board", _("There is no board with this address"), _("Check how it is spelled."))
    return figure


def _document(figure: PublicFigure) -> dict[str, Any]:
    return {
        "count": figure.count,
        "suppressed": figure.below is not None,
        "since": figure.since.isoformat(),
        "as_of": figure.as_of.isoformat() if figure.as_of else None,
        "released_at": _moment(figure.released_at),
        "next_release": _moment(figure.next_release),
    }


def _moment(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat(timespec="seconds") if moment else None


def _number(figure: PublicFigure) -> str:
    if figure.below is not None:
        return _("Fewer than %(number)s", number=number_text(figure.below))
    return "–" if figure.count is None else number_text(figure.count)


def _label(figure: PublicFigure) -> str:
    return ngettext(
        "citizen has got a småjob since %(month)s",
        "citizens have got a småjob since %(month)s",
        2 if figure.count is None else figure.count,
        month=_since(figure.since),
    )


def _since(day: date) -> str:
    return month_text(day)


def _words(figure: PublicFigure) -> dict[str, str]:
    return {
        "number": _number(figure),
        "label": ngettext(
            "citizen has got a småjob", "citizens have got a småjob", 2 if figure.count is None else figure.count
        ),
        "since": _("since %(month)s", month=_since(figure.since)),
        "released": _released(figure),
    }


def _released(figure: PublicFigure) -> str:
    if figure.released_at is None:
        return _("No number has been released yet")
    return _("Released %(moment)s", moment=moment_text(figure.released_at))
