"""What a viewer has chosen to see, read from the URL. Pages and API use the same names for it.

Not here: what the choices mean (`measures.selection`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Depends, Query, Request
from pydantic import AfterValidator, BeforeValidator, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from services.dashboard.measures.figures import today
from services.dashboard.measures.selection import NO_FILTERS, Filters, Times
from shared.contracts.message import MunicipalityCode
from shared.contracts.pledges import JobType
from shared.fields import dates
from shared.fields.copenhagen import COPENHAGEN
from shared.fields.validation import FieldError
from shared.http.problems import Problem
from shared.i18n.translations import N_
from shared.i18n.translations import gettext as _
from shared.product.industries import SectionCode

if TYPE_CHECKING:
    from collections.abc import Iterator

_CLOCKS_DIFFER: Final = timedelta(minutes=1)
_STILL_TO_COME: Final = N_("This moment is still to come, so nobody can know what is known then.")
_CODE: Final = re.compile(r"[A-Za-z0-9_-]{1,40}")


@dataclass(frozen=True)
class Selection:
    """What a viewer has chosen to see. All of it is in the URL.

    Attributes:
        as_of: the day of the figures; None: always the current day, so that a saved link stays up to date.
        job_type: a single type, because the numbers of several types are not added up.
        everything: show all quarters and events instead of only the latest ones.
        known_at: count only what had been recorded by this moment; None: everything.
        filters: which pledges and hires count.
    """

    as_of: date | None = None
    job_type: JobType = "smaajob"
    everything: bool = False
    known_at: datetime | None = None
    filters: Filters = NO_FILTERS

    @property
    def day(self) -> date:
        """The day the figures are for."""
        return self.as_of or today()

    @property
    def times(self) -> Times:
        """The pair of times of the figures."""
        return Times(self.day, self.known_at)

    def url(self, path: str = "/", **replaced: object) -> str:
        """Return the URL of `path` with this selection.

        Args:
            replaced: values of the selection to replace, by the names in the URL (`event`, not `event_id`), or all
                `filters`; None leaves one out. Other names are parameters of the path's own.
        """
        filters = replaced.pop("filters", self.filters)
        chosen: dict[str, object] = {
            "as_of": self.as_of,
            "known_at": self.known_at,
            "job_type": self.job_type,
            **(filters.query() if isinstance(filters, Filters) else {}),
            "everything": self.everything,
        }
        chosen |= replaced
        if chosen["job_type"] == "smaajob":
            del chosen["job_type"]
        query = {name: _text(value) for name, value in chosen.items() if value is not None and value is not False}
        return f"{path}?{urlencode(query)}" if query else path


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return "true" if value is True else str(value)


async def refuse_unknown_parameters(request: Request) -> None:
    """Refuse a request with a query parameter that its route does not have, or with one given twice."""
    known = {*_parameters(request.scope["route"].dependant), "lang"}
    errors = []
    for name in dict.fromkeys(request.query_params):
        # A name that is no code is not repeated: it may be anything.
        pointer = f"?{name}" if _CODE.fullmatch(name) else "?"
        if name not in known:
            errors.append(FieldError(pointer, "extra_forbidden", _("This is not a known filter or parameter.")))
        elif len(request.query_params.getlist(name)) > 1:
            errors.append(FieldError(pointer, "given_twice", _("This is given more than once.")))
    if errors:
        words = _("The address has a parameter that is not known here or that is given twice: %(names)s.")
        names = ", ".join(error.pointer.removeprefix("?") or "…" for error in errors)
        raise Problem(422, detail=words % {"names": names}, errors=errors)


def _parameters(dependant: Any) -> Iterator[str]:
    """Yield the query parameters of a route and its dependencies, by FastAPI's description of them."""
    yield from (field.alias for field in dependant.query_params)
    for inner in dependant.dependencies:
        yield from _parameters(inner)


OnlyKnownParameters = Annotated[None, Depends(refuse_unknown_parameters)]
"""Refuses query parameters that the route does not have, for a route without a selection."""


def _open_if_empty(value: Any) -> Any:
    """A form sends an empty value for what is left open."""
    return None if value == "" else value


def _refuse_future(moment: datetime | None) -> datetime | None:
    if moment is not None and moment > datetime.now(UTC) + _CLOCKS_DIFFER:
        raise PydanticCustomError("future_moment", _STILL_TO_COME)
    return moment


AsOf = Annotated[
    dates.Day | None,
    Query(
        description="The day the figures are for, in Europe/Copenhagen; today if it is left out. For a "
        "day in the future, confirmed hires that start by then are counted.",
        examples=["2026-12-31"],
    ),
]
KnownAt = Annotated[
    dates.Moment | None,
    AfterValidator(_refuse_future),
    Query(
        description="Count only what had been recorded by this moment; everything if it is left out. "
        "With `as_of` it returns the figures that were shown at a meeting, at any later time.",
        examples=["2026-12-01T19:30:00Z"],
    ),
]
Event = Annotated[
    UUID | None,
    BeforeValidator(_open_if_empty),
    Query(description="Only what was pledged at this event, and the hires on it."),
]
Company = Annotated[
    UUID | None, BeforeValidator(_open_if_empty), Query(description="Only pledges and hires of this company.")
]
Municipality = Annotated[
    MunicipalityCode | None,
    BeforeValidator(_open_if_empty),
    Query(
        description="Only pledges and hires of companies in this municipality, by its four-digit code.",
        examples=["0671"],
    ),
]
Industry = Annotated[
    SectionCode | None,
    BeforeValidator(_open_if_empty),
    Query(description="Only pledges and hires of companies in this section of DB07, by its letter.", examples=["C"]),
]


async def _filters(
    event: Event = None, company: Company = None, municipality: Municipality = None, industry: Industry = None
) -> Filters:
    return Filters(event, company, municipality, industry)


ChosenFilters = Annotated[Filters, Depends(_filters)]
"""The filters in the URL of a page or of the API."""


async def _api_times(_known: OnlyKnownParameters, as_of: AsOf = None, known_at: KnownAt = None) -> Times:
    return Times(as_of or today(), known_at)


ApiTimes = Annotated[Times, Depends(_api_times)]
"""The pair of times in the URL of a route of the API. Refuses parameters that the route does not have."""


async def _api_selection(times: ApiTimes, filters: ChosenFilters, job_type: JobType = "smaajob") -> Selection:
    return Selection(times.as_of, job_type, known_at=times.known_at, filters=filters)


ApiChosen = Annotated[Selection, Depends(_api_selection)]
"""The selection in the URL of a route of the API, for one job type."""

_MOMENT: Final = TypeAdapter[datetime](dates.Moment)


async def _chosen(
    _known: OnlyKnownParameters,
    filters: ChosenFilters,
    as_of: Annotated[str, Query(max_length=40)] = "",
    known_at: Annotated[str, Query(max_length=40)] = "",
    job_type: JobType = "smaajob",
    *,
    everything: bool = False,
) -> Selection:
    """Read the URL of a page. An empty day means today, and one may be written the Danish way."""
    return Selection(_page_day(as_of), job_type, everything, _page_moment(known_at), filters)


Chosen = Annotated[Selection, Depends(_chosen)]
"""The selection in the URL of a page. Refuses parameters that the page does not have."""


def _page_day(typed: str) -> date | None:
    text = dates.iso_date(typed.strip())
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _refused("as_of", "date_parsing", _("Give the day as year, month and day, such as 2026-12-31.")) from None


def _page_moment(typed: str) -> datetime | None:
    """Read a moment. One without a time zone, as a form sends it, is in Europe/Copenhagen."""
    text = typed.strip()
    if not text:
        return None
    try:
        local = datetime.fromisoformat(text) if text[:4].isdigit() and len(text) >= 16 else None
        moment = local.replace(tzinfo=COPENHAGEN) if local and local.tzinfo is None else _MOMENT.validate_python(text)
        moment = dates.in_utc(moment)
    except (ValueError, ValidationError, PydanticCustomError):
        words = _("Give the moment as day and time, such as 2026-12-01T19:30.")
        raise _refused("known_at", "datetime_parsing", words) from None
    try:
        _refuse_future(moment)
    except PydanticCustomError:
        raise _refused("known_at", "future_moment", _(_STILL_TO_COME)) from None
    return moment


def _refused(name: str, code: str, words: str) -> Problem:
    return Problem(422, detail=words, errors=[FieldError(f"?{name}", code, words)])
