"""The figures of two taskforces, and requests for them: the dashboard."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Final
from uuid import UUID, uuid4

from services.dashboard.access import FIGURES
from services.dashboard.app import create_app
from services.dashboard.exports.report import Half
from services.dashboard.measures.figures import today
from services.dashboard.settings import DashboardSettings
from shared.ui.formats import local_date
from tests.authorisation.matrix import FOREIGN, Ask, Probe
from tests.authorisation.running import running
from tests.authorisation.streams import TOLD, StreamingWorld
from tests.authorisation.subjects import deadlines, erase, find_dead_letter, write_dead_letter
from tests.dashboard.messages import apply_messages, check_in, employer_event, hire, pledge, target, taskforce
from tests.support.infrastructure import Databases, Installation, fresh_databases
from tests.support.taskforces import OTHER_TASKFORCE, TASKFORCE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from shared.http.policy import Caller, Ownership

API: Final = "/api/dashboard/v1"


class Overview(StreamingWorld):
    """Two taskforces with figures."""

    ownerships: ClassVar[Mapping[str, tuple[Ownership, ...]]] = {
        # Figures concern a whole taskforce; a board is public.
        "figures": ("own", "other taskforce", "missing"),
        "public board": ("own", "other taskforce", "missing"),
        "data subject": ("own", "other taskforce", "missing"),
        "overdue deletion": ("own", "other taskforce", "missing"),
    }

    async def fill(self) -> None:
        self.events: dict[str, UUID] = {"missing": uuid4()}
        self.meetings: dict[str, UUID] = {"missing": uuid4()}
        self.targets = {"own": uuid4(), "other taskforce": uuid4()}
        self.titles: dict[str, str] = {"own": "Vores småjob-aften", "other taskforce": f"{FOREIGN} aften"}
        for ownership, id, slug in (("own", TASKFORCE, "struer"), ("other taskforce", OTHER_TASKFORCE, "elsewhere")):
            begun = datetime.now(UTC) - timedelta(hours=1)
            times: dict[str, Any] = {"starts_at": begun, "ends_at": begun + timedelta(hours=3)}
            evening = employer_event(title=self.titles[ownership], taskforce_id=id, **times)
            self.events[ownership] = evening.event_id
            promised = pledge(positions=7, captured_at=begun, event_id=evening.event_id, taskforce_id=id)
            of: dict[str, Any] = {"taskforce_id": id}
            held = employer_event(kind="taskforce_meeting", title=f"{self.titles[ownership]} møde", **of, **times)
            self.meetings[ownership] = held.event_id
            name = "Struer" if ownership == "own" else f"{FOREIGN} taskforce"
            told = [taskforce(slug=slug, name=name, **of), evening, held, check_in(evening.event_id, **of), promised]
            told.append(target(**of, target_id=self.targets[ownership]))
            await apply_messages(self.db, *told, hire(pledge_id=promised.pledge_id, event_id=evening.event_id, **of))


@asynccontextmanager
async def started(
    installation: Installation, signing_key: str, kind: type[Overview] = Overview
) -> AsyncIterator[tuple[Overview, Databases]]:
    """The service with its own database."""
    with fresh_databases(installation, ["dashboard"]) as dsns:
        async with running(
            kind, dsns, "dashboard", signing_key, lambda common: create_app(DashboardSettings(**common))
        ) as world:
            assert isinstance(world, kind)
            yield world, dsns


def _figures(path: str) -> Probe:
    """Figures: those of our taskforce, nothing of others."""

    async def probe(world: Overview, caller: Caller, ownership: Ownership) -> Ask:
        title = world.titles.get(ownership)
        return Ask("GET", path.format(id=world.events[ownership]), hidden=200, shows=(title,) if title else ())

    return probe


def _targets(path: str) -> Probe:
    """Targets: those of our taskforce, nothing of others."""

    async def probe(world: Overview, caller: Caller, ownership: Ownership) -> Ask:
        id = world.targets.get(ownership)
        return Ask("GET", path, hidden=200, shows=(str(id),) if id else ())

    return probe


def _meeting(path: str) -> Probe:
    async def probe(world: Overview, caller: Caller, ownership: Ownership) -> Ask:
        return Ask("GET", path.format(id=world.meetings[ownership]))

    return probe


def _pack(method: str, path: str) -> Probe:
    async def probe(world: Overview, caller: Caller, ownership: Ownership) -> Ask:
        # While it is made, the answer says how far it is.
        success = 303 if method == "POST" else 202 if "pack." in path else 200
        return Ask(method, path.format(id=world.meetings[ownership]), success=success)

    return probe


def _bridge(path: str, shows: str) -> Probe:
    """The bridge of what was pledged at an event: seven positions. An event of others is an unknown filter."""

    async def probe(world: Overview, caller: Caller, ownership: Ownership) -> Ask:
        since, until = (today() + timedelta(days=days) for days in (-2, 1))
        query = f"measure=pledged_positions&from={since}&to={until}&event={world.events[ownership]}"
        return Ask("GET", f"{path}?{query}", hidden=422, shows=(shows,))

    return probe


def _export(path: str) -> Probe:
    """A file with the titles of our taskforce's events, and nothing of others."""

    async def probe(world: Overview, caller: Caller, ownership: Ownership) -> Ask:
        return Ask("GET", path, hidden=200, shows=(world.titles["own"],) if ownership == "own" else ())

    return probe


def _report(path: str, cell: str) -> Probe:
    """The report of our taskforce, which has seven positions; with another's it would be fourteen."""

    async def probe(world: Overview, caller: Caller, ownership: Ownership) -> Ask:
        half = Half.of(local_date(datetime.now(UTC) - timedelta(hours=1)))
        return Ask("GET", f"{path}?half={half}", hidden=200, shows=(cell.format(7 if ownership == "own" else 14),))

    return probe


async def follow(world: Overview, caller: Caller, ownership: Ownership) -> Ask | None:
    if ownership == "missing":
        return None
    of = TASKFORCE if ownership == "own" else OTHER_TASKFORCE
    return Ask("GET", f"{API}/stream", {"changes": of}, hidden=200, shows=(TOLD,))


def _board(path: str) -> Probe:
    async def probe(world: Overview, caller: Caller, ownership: Ownership) -> Ask:
        slug = {"own": "struer", "other taskforce": "elsewhere"}.get(ownership, "nowhere")
        return Ask("GET", path.format(slug=slug))

    return probe


def _board_of_staff(method: str, *, success: int) -> Probe:
    """The coordinator's page of the board: it is of their own taskforce, whatever they ask for."""

    async def probe(world: Overview, caller: Caller, ownership: Ownership) -> Ask | None:
        if ownership != "own":
            return None
        return Ask(method, "/dashboard/board", success=success, shows=("Struer",) if method == "GET" else ())

    return probe


async def boards_of_the_front_page(world: Overview, caller: Caller, ownership: Ownership) -> Ask | None:
    """Callers who may see figures get the figures instead."""
    if FIGURES.reached_by(caller) or ownership == "missing":
        return None
    return Ask("GET", "/", shows=(">Struer<" if ownership == "own" else f">{FOREIGN} taskforce<",))


async def _dead_letter(world: Overview, ownership: Ownership) -> UUID:
    taskforce = OTHER_TASKFORCE if ownership == "other taskforce" else TASKFORCE
    return await write_dead_letter(world, taskforce, f"{ownership}@example.dk")


PROBES: Final[dict[tuple[str, str], Probe]] = {
    ("POST /internal/dashboard/v1/subjects/find", "data subject"): find_dead_letter("dashboard"),
    ("POST /internal/dashboard/v1/subjects/erase", "data subject"): erase(
        "dashboard", "dead_letters.dead_letters", _dead_letter
    ),
    ("GET /internal/dashboard/v1/deadlines", "overdue deletion"): deadlines("dashboard"),
    (f"GET {API}/figures", "figures"): _figures(f"{API}/figures"),
    (f"GET {API}/targets", "figures"): _targets(f"{API}/targets"),
    ("GET /dashboard/targets", "figures"): _targets("/dashboard/targets"),
    (f"GET {API}/stream", "figures"): follow,
    ("GET /", "figures"): _figures("/"),
    ("GET /", "public board"): boards_of_the_front_page,
    ("GET /dashboard/figures", "figures"): _figures("/dashboard/figures"),
    (f"GET {API}/bridge", "figures"): _bridge(f"{API}/bridge", '"end":7'),
    ("GET /dashboard/bridge", "figures"): _bridge("/dashboard/bridge", "0 + 7"),
    (f"GET {API}/lists/{{measure}}", "figures"): _figures(f"{API}/lists/pledged_positions"),
    ("GET /dashboard/lists/{measure}", "figures"): _figures("/dashboard/lists/pledged_positions"),
    ("GET /dashboard/projector", "figures"): _figures("/dashboard/projector?event={id}"),
    ("GET /dashboard/projector/figures", "figures"): _figures("/dashboard/projector/figures?event={id}"),
    ("GET /meetings", "figures"): _figures("/meetings"),
    **{
        (f"GET /meetings/{{meeting_id}}{part}", "figures"): _meeting(f"/meetings/{{id}}{part}")
        for part in ("", "/figures", "/projector", "/projector/slide")
    },
    **{
        (f"{method} /meetings/{{meeting_id}}{part}", "figures"): _pack(method, f"/meetings/{{id}}{part}")
        for method, part in (
            ("GET", "/pack"),
            ("GET", "/pack/state"),
            ("POST", "/pack"),
            ("GET", "/pack.pdf"),
            ("GET", "/pack.xlsx"),
        )
    },
    ("GET /dashboard/board", "figures"): _board_of_staff("GET", success=200),
    ("POST /dashboard/board", "figures"): _board_of_staff("POST", success=303),
    **{
        (f"GET /dashboard/lists/{{measure}}.{kind}", "figures"): _export(f"/dashboard/lists/pledged_positions.{kind}")
        for kind in ("csv", "xlsx", "json")
    },
    **{
        (f"GET /dashboard/{path}", "figures"): _export(f"/dashboard/{path}")
        for path in ("export.csv", "export.xlsx", "export.json")
    },
    **{
        (f"GET /dashboard/report{kind}", "figures"): _report(f"/dashboard/report{kind}", cell)
        for kind, cell in (("", ">{}<"), (".csv", ";{}\r\n"), (".xlsx", "<v>{}</v>"))
    },
    **{
        (f"GET /board/{{slug}}{part}", "public board"): _board(f"/board/{{slug}}{part}")
        for part in ("", ".json", ".txt", ".svg", "/figure", "/stream")
    },
}
