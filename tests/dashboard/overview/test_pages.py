"""The pages as they are answered: who gets which, in which language, for which day."""

from __future__ import annotations

import html
import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, get_args

import pytest

from services.dashboard.measures.figures import today
from services.dashboard.overview.views import types_in_words
from services.dashboard.selection import Selection
from shared.contracts.pledges import JobType
from shared.i18n.translations import use_language
from tests.dashboard.board.releases import release
from tests.dashboard.messages import (
    apply_messages,
    check_in,
    checkpoint,
    company,
    employer_event,
    hire,
    meeting,
    outreach,
    pledge,
    taskforce,
)

if TYPE_CHECKING:
    from uuid import UUID

    from shared.db.database import Database
    from tests.dashboard.conftest import Caller

PAGE = {"accept": "text/html"}


def words(markup: str) -> str:
    """The text of a page, without its tags."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", markup)))


async def test_a_visitor_who_is_not_signed_in_sees_a_welcome_and_a_link_to_the_board(
    caller: Caller, dashboard_database: Database
) -> None:
    await apply_messages(dashboard_database, taskforce(), *(hire(start_date=date(2019, 1, 1)) for _ in range(12)))
    await release(dashboard_database)
    answer = await caller.get("/", headers=PAGE)
    assert answer.status_code == 200
    assert "Fra et lovet job til et rigtigt" in words(answer.text)
    assert "12 borgere har fået et småjob Code of Care Struer · siden maj 2018" in words(answer.text)
    assert 'href="/board/struer"' in answer.text
    assert 'href="/sign-in"' in answer.text
    assert "Lovede pladser" not in answer.text


async def test_several_taskforces_boards_are_listed(
    caller: Caller, dashboard_database: Database, other_taskforce_id: UUID
) -> None:
    await apply_messages(
        dashboard_database, taskforce(), taskforce(taskforce_id=other_taskforce_id, slug="vejle", name="Vejle")
    )
    answer = await caller.get("/", headers=PAGE)
    assert 'href="/board/struer"' in answer.text
    assert 'href="/board/vejle"' in answer.text


async def test_an_empty_installation_has_a_front_page(caller: Caller) -> None:
    assert (await caller.get("/", headers=PAGE)).status_code == 200
    assert (await caller.get("/", "member", headers=PAGE)).status_code == 200
    assert (await caller.get("/dashboard/projector", "member", headers=PAGE)).status_code == 200


async def test_a_guest_with_an_event_pass_is_led_to_the_form(caller: Caller) -> None:
    answer = await caller.get("/", "event_pass", headers=PAGE)
    assert answer.status_code == 200
    assert 'href="/pledges/new"' in answer.text
    assert "Lovede pladser" not in answer.text


async def test_the_taskforces_people_see_its_figures(caller: Caller, dashboard_database: Database) -> None:
    await apply_messages(
        dashboard_database,
        taskforce(),
        pledge(positions=3, captured_at=datetime(2026, 11, 3, tzinfo=UTC)),
        hire(start_date=date(2026, 11, 1), confirmed_at=datetime(2026, 10, 1, tzinfo=UTC)),
    )
    answer = await caller.get("/?as_of=2026-11-28", "member", headers=PAGE)
    text = words(answer.text)
    assert "Code of Care Struer" in text
    assert re.search(r"3 Lovede pladser", text)
    assert re.search(r"1 Ansættelser", text)
    assert "Tallene for lørdag den 28. november 2026" in text
    assert "Alle pladser, virksomhederne har lovet" in text, "the definition is one click away"


async def test_the_page_says_whether_the_jobs_last_with_the_counts_beside_the_share(
    caller: Caller, dashboard_database: Database
) -> None:
    at = datetime(2026, 1, 2, tzinfo=UTC)
    begun: dict[str, Any] = {"start_date": date(2026, 1, 5), "confirmed_at": at, "recorded_at": at}
    logged = pledge(captured_at=datetime(2025, 12, 22, tzinfo=UTC))
    await apply_messages(
        dashboard_database,
        logged,
        hire(**begun, pledge_id=logged.pledge_id, checkpoints=(checkpoint(3, "elsewhere"),)),
        hire(**begun, checkpoints=(checkpoint(3, "same_company"), checkpoint(6, "no"))),
        hire(**begun, ended_on=date(2026, 2, 1), end_reason="education"),
        hire(**begun),
    )
    text = words((await caller.get("/?as_of=2026-11-28", "coordinator", headers=PAGE)).text)
    assert "I job efter 3 måneder 2 af 4 · mindst 50 % 1 ikke i job · 1 ukendt" in text
    assert "I job efter 6 måneder 0 af 4 · mindst 0 % 2 ikke i job · 2 ukendte" in text
    assert "I job efter 12 måneder Ingen er nået så langt endnu." in text
    assert "I job den dag, efter lønnede timer om ugen" in text
    assert re.search(r"Årsag Ophørt Uddannelse 1", text)
    assert "Fra tilsagn til første arbejdsdag 14 1" in text
    assert "Fra tilsagn til der er fundet en borger – 0" in text
    assert "Af de ansættelser, hvor dagen 3, 6 eller 12 måneder" in text, "the definition is one click away"
    assert "Mindst 0 af 4 er i job efter 6 måneder" in text
    assert "Oftest: Uddannelse, 1 af 1" in text
    restricted = words((await caller.get("/?as_of=2026-11-28", "member", headers=PAGE)).text)
    assert "I job efter 3 måneder skjult En del af det er færre end fem personer." in restricted
    assert "Tal, der er for små til at vises, er skjult" in restricted
    assert re.search(r"Årsag Ophørt .*Uddannelse skjult", restricted)
    assert not re.search(r"Uddannelse,? [0-9]", restricted)
    assert "Som det så ud ved kvartalets udgang, den 30.09.2026" in restricted
    assert "Fra tilsagn til første arbejdsdag skjult skjult" in restricted, "the days of one person"


async def test_the_page_in_english(caller: Caller, dashboard_database: Database) -> None:
    await apply_messages(
        dashboard_database, taskforce(), pledge(positions=3, captured_at=datetime(2026, 11, 3, tzinfo=UTC))
    )
    text = words((await caller.get("/?as_of=2026-11-28&lang=en", "member", headers=PAGE)).text)
    assert "3 Pledged positions" in text
    assert "The figures for Saturday 28 November 2026" in text
    assert "Q4 2026" in text


async def test_an_empty_day_means_today(caller: Caller) -> None:
    answer = await caller.get("/?as_of=", "member", headers=PAGE)
    assert answer.status_code == 200
    assert 'name="as_of" type="date" value=""' in answer.text, "a saved link stays up to date"
    assert "Tallene for" not in answer.text


@pytest.mark.parametrize(
    ("day", "language", "sentence"),
    [
        ("9999-12-31", "da", "fredag den 31. december 9999 Den dag er ikke kommet endnu"),
        ("9999-12-31", "en", "Friday 31 December 9999 That day is still to come"),
        ("1900-01-01", "da", "mandag den 1. januar 1900 Det, der er begyndt siden, er ikke regnet med"),
        ("0001-01-01", "en", "1 January 1 What has begun since then is not counted in"),
    ],
)
async def test_the_page_of_any_day_says_how_the_day_changes_the_figures(
    caller: Caller, dashboard_database: Database, day: str, language: str, sentence: str
) -> None:
    await apply_messages(dashboard_database, taskforce(), employer_event(), pledge(positions=3), hire())
    for everything in ("", "&everything=true"):
        answer = await caller.get(f"/?as_of={day}&lang={language}{everything}", "member", headers=PAGE)
        assert answer.status_code == 200
        assert sentence in words(answer.text)
        assert len(answer.text) < 100_000, "no quarters are drawn in which there is nothing"
    part = await caller.get(f"/dashboard/figures?as_of={day}", "member", headers={"hx-request": "true"})
    assert part.status_code == 200


@pytest.mark.parametrize("query", ["as_of=i+går", "as_of=2026-13-01", "job_type=astronaut", "everything=perhaps"])
async def test_an_invalid_choice_is_explained(caller: Caller, query: str) -> None:
    answer = await caller.get(f"/?{query}", "member", headers=PAGE)
    assert answer.status_code == 422
    assert "text/html" in answer.headers["content-type"]


async def test_the_url_of_the_live_part_holds_every_choice(caller: Caller, dashboard_database: Database) -> None:
    await apply_messages(dashboard_database, pledge(), pledge(job_type="praktik"))
    answer = await caller.get("/?as_of=2026-12-01&job_type=praktik&everything=true", "member", headers=PAGE)
    address = html.unescape(re.search(r'data-live-src="([^"]+)"', answer.text)[1])  # type: ignore[index]
    assert address == "/dashboard/figures?as_of=2026-12-01&job_type=praktik&everything=true"
    part = await caller.get(address, "member", headers={"hx-request": "true"})
    assert part.text.lstrip().startswith('<div id="figures"')
    assert f'data-live-src="{html.escape(address)}"' in part.text


async def test_an_event_that_is_going_on_comes_first(caller: Caller, dashboard_database: Database) -> None:
    evening = employer_event(starts_at=datetime.now(UTC), goal_positions=50, title="Småjob-aften hos B&O")
    await apply_messages(
        dashboard_database,
        evening,
        check_in(evening.event_id, checked_in_at=datetime.now(UTC)),
        pledge(positions=44, event_id=evening.event_id, captured_at=datetime.now(UTC)),
        pledge(positions=3, event_id=evening.event_id, captured_at=datetime.now(UTC), job_type="praktik"),
    )
    for path in ("/", "/dashboard/projector"):
        text = words((await caller.get(path, "member", headers=PAGE)).text)
        assert "Småjob-aften hos B&O" in text
        assert "47" in text
        assert "44 småjob · 3 praktik" in text, "a sum over job types says what it is made of"
    assert "af 50 pladser lovet" in words((await caller.get("/", "member", headers=PAGE)).text)
    yesterday = (today() - timedelta(days=1)).isoformat()
    assert "af 50 pladser lovet" not in words((await caller.get(f"/?as_of={yesterday}", "member", headers=PAGE)).text)


async def test_a_page_links_only_to_what_the_role_may_open(caller: Caller, dashboard_database: Database) -> None:
    evening = employer_event()
    await apply_messages(dashboard_database, evening, pledge(event_id=evening.event_id))
    for role, events, hires in (
        ("member", True, False),
        ("coordinator", True, True),
        ("caseworker", True, True),
        ("auditor", False, False),
    ):
        page = (await caller.get("/?as_of=2026-12-01", role, headers=PAGE)).text  # type: ignore[arg-type]
        assert (f'href="/events/{evening.event_id}"' in page) == events, role
        assert 'href="/dashboard/lists/pledged_positions?as_of=2026-12-01"' in page, role
        assert ('href="/dashboard/lists/hires?as_of=2026-12-01"' in page) == hires, "each hire is a person"


async def test_new_companies_reached_are_shown_and_lead_the_staff_to_the_contacts(
    caller: Caller, dashboard_database: Database
) -> None:
    assert "Opsøgende arbejde" not in (await caller.get("/", "caseworker", headers=PAGE)).text
    await apply_messages(dashboard_database, *(outreach(made_on=date(2026, 1, 5)) for _ in range(2)))
    link = 'href="/companies/outreach'

    staff, member = [(await caller.get("/", role, headers=PAGE)).text for role in ("caseworker", "member")]
    earlier = (await caller.get("/?as_of=2026-02-01", "caseworker", headers=PAGE)).text

    assert "2 nye virksomheder er nået 2 Nye virksomheder nået 2 Besøg 0 Opkald" in words(staff)
    assert "Få nye virksomheder er nået skjult Nye virksomheder nået skjult Besøg 0 Opkald" in words(member)
    assert "2 nye virksomheder er nået" in words(earlier)
    assert [link in page for page in (staff, member, earlier)] == [True, False, False]


async def test_only_the_latest_quarters_and_events_are_shown_unless_all_are_requested(
    caller: Caller, dashboard_database: Database
) -> None:
    for year in range(2010, 2027):
        await apply_messages(
            dashboard_database,
            employer_event(title=f"Aften {year}", starts_at=datetime(year, 3, 1, 17, tzinfo=UTC)),
            pledge(captured_at=datetime(year, 3, 1, 17, tzinfo=UTC)),
        )
    few = words((await caller.get("/dashboard/figures", "member", headers=PAGE)).text)
    assert "Aften 2026" in few
    assert "Aften 2010" not in few
    every = words((await caller.get("/dashboard/figures?everything=true", "member", headers=PAGE)).text)
    assert "Aften 2010" in every
    assert "1. kvartal 2010" in every


def test_job_types_in_words_leave_out_zeros() -> None:
    nothing = dict.fromkeys(get_args(JobType), 0)
    assert types_in_words(nothing) == ""
    with use_language("da", "dashboard"):
        assert types_in_words(nothing | {"fleksjob": 2, "smaajob": 1}) == "1 småjob · 2 fleksjob"
    with use_language("en", "dashboard"):
        assert types_in_words(nothing | {"fleksjob": 2}) == "2 fleksjob"


def test_the_default_selection_has_a_url_without_a_query() -> None:
    assert Selection().url() == "/"
    assert Selection(as_of=date(2026, 1, 2)).url(as_of=None) == "/"
    assert Selection(job_type="praktik").url("/x", everything=True) == "/x?job_type=praktik&everything=true"


async def test_what_has_changed_since_the_last_meeting_comes_first(
    caller: Caller, dashboard_database: Database
) -> None:
    def at(month: int, day: int) -> datetime:
        return datetime(2026, month, day, 12, tzinfo=UTC)

    def a_meeting(month: int, **fields: Any) -> Any:
        held_at = at(month, 10)
        return employer_event(kind="taskforce_meeting", starts_at=held_at, recorded_at=at(1, 2), **fields)

    begun = {"confirmed_at": at(8, 1), "recorded_at": at(8, 1)}
    # Recorded after the meeting, about the time before it.
    late = hire(start_date=date(2026, 8, 3), confirmed_at=at(9, 20), recorded_at=at(9, 20))
    await apply_messages(
        dashboard_database,
        taskforce(),
        pledge(positions=3, captured_at=at(8, 1)),
        pledge(positions=2, captured_at=at(10, 1)),
        hire(start_date=date(2026, 8, 3), **begun),
        hire(start_date=date(2026, 8, 3), ended_on=date(2026, 10, 5), end_reason="moved", **begun),
        late,
    )
    text = words((await caller.get("/?as_of=2026-11-28", "coordinator", headers=PAGE)).text)
    assert "Hvad er ændret siden sidste kvartal Ikke flere ansættelser siden kvartalet sluttede 30.09.2026" in text
    in_september = a_meeting(9, status="closed")
    await apply_messages(
        dashboard_database,
        a_meeting(6, status="closed"),
        in_september,
        # It saw the figures of a day before it.
        meeting(meeting_id=in_september.event_id, as_of=date(2026, 9, 8), recorded_at=at(9, 1)),
        a_meeting(10, status="cancelled"),
        a_meeting(11, status="draft"),
    )
    page = (await caller.get("/?as_of=2026-11-28", "coordinator", headers=PAGE)).text
    text = words(page)
    assert "1 ansættelse mere siden mødet den 10.09.2026" in text
    assert "3 + 2 nye = 5" in text
    assert "2 + 1 registreret senere = 3" in text
    assert "2 − 1 ophørt + 1 registreret senere = 2" in text
    assert "term=late" in page, "each term is a link to its list"
    assert page.index("changes-heading") < page.index("figures headline")
    # What a meeting saw of an earlier day is compared with the meeting before it.
    text = words((await caller.get("/?as_of=2026-09-10", "coordinator", headers=PAGE)).text)
    assert "siden mødet den 10.06.2026" in text
    member = (await caller.get("/?as_of=2026-11-28", "member", headers=PAGE)).text
    assert "2 + 1 registreret senere = 3" in words(member)
    assert "lists/hires?" not in member, "each hire is a person"
    filtered = words((await caller.get("/?as_of=2026-11-28&municipality=0671", "member", headers=PAGE)).text)
    assert "Hver ansættelse er en person." in filtered
    assert "regneark" not in filtered, "they may not have that file"
    assert "ansættelser efter første arbejdsdag" not in filtered
    assert "Stregen viser" not in filtered, "no goal is drawn"
    assert "I job nu" not in filtered.split("Hvad tallene betyder", maxsplit=1)[0]


async def test_the_figures_are_broken_down_and_each_part_leads_to_its_list(
    caller: Caller, dashboard_database: Database
) -> None:
    bakery = company(name="Limfjordens Bageri", municipality="0671", industry="107110", member=True)
    bank = company(name="Vestjysk Bank", municipality="0665", industry="641900", member=True)
    begun: dict[str, Any] = {"start_date": date(2026, 8, 3), "confirmed_at": datetime(2026, 8, 1, tzinfo=UTC)}
    begun["recorded_at"] = begun["confirmed_at"]
    of_bakery: dict[str, Any] = {"company_id": bakery.company_id, "municipality": "0671"}
    of_bank: dict[str, Any] = {"company_id": bank.company_id, "municipality": "0665"}
    at = datetime(2026, 7, 1, tzinfo=UTC)
    await apply_messages(
        dashboard_database,
        taskforce(),
        bakery,
        bank,
        pledge(positions=7, captured_at=at, **of_bakery),
        pledge(positions=2, captured_at=at, **of_bank),
        pledge(positions=1, captured_at=at),
        *(hire(**begun, **of_bakery) for _ in range(6)),
        hire(**begun, **of_bank),
    )
    address = "/dashboard/figures?as_of=2026-11-28"
    page = (await caller.get(address, "coordinator", headers=PAGE)).text
    text = words(page)
    assert "Flest i Struer: 7 af 10" in text
    assert "Flest fra Limfjordens Bageri: 7 af 10" in text
    assert "Lemvig 2 1 1" in text, "pledged, hired, employed"
    assert f"lists/pledged_positions?as_of=2026-11-28&amp;company={bakery.company_id}" in page
    assert 'href="/?as_of=2026-11-28&amp;municipality=0671"' in page
    member = words((await caller.get(address, "member", headers=PAGE)).text)
    assert "Lemvig 2 skjult skjult" in member
    assert "Struer 7 skjult skjult" in member, "with the total it would give the other one away"
    assert "Vestjysk Bank 2 Alle andre 1" in member, "hires of a company are not shown"
    narrowed = words((await caller.get(f"{address}&municipality=0671", "coordinator", headers=PAGE)).text)
    assert "Fordelt på kommuner" not in narrowed
    assert "Flest fra Limfjordens Bageri: 7 af 7" in narrowed


async def test_the_page_says_how_far_the_figures_are_behind(caller: Caller, dashboard_database: Database) -> None:
    assert "Tallene er bagud" not in words((await caller.get("/", "member", headers=PAGE)).text)
    async with dashboard_database.system() as conn:
        await conn.execute(
            """
            insert into consumer_progress (worker_id, lag, caught_up_at, reported_at)
            values (gen_random_uuid(), 41, now() - interval '10 minutes', now())
            """
        )
    text = words((await caller.get("/", "member", headers=PAGE)).text)
    assert "Tallene er bagud Alt til og med" in text
    assert "Der mangler mindst 41 ændringer." in text
