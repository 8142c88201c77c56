"""The JSON interface: who may, what it answers, what it refuses, and that its description is whole."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, get_args
from uuid import uuid4

import pytest
from openapi_spec_validator import validate

from services.dashboard.measures import catalogue
from services.dashboard.measures.figures import today
from services.dashboard.measures.hires import HiresEndedByReason
from shared.http.auth import Principal, unclassified_routes
from shared.http.streams import Changes
from shared.product.roles import Role
from tests.dashboard.messages import EVENING, apply_messages, check_in, company, employer_event, hire, outreach, pledge

if TYPE_CHECKING:
    from uuid import UUID

    from fastapi import FastAPI

    from shared.db.database import Database
    from tests.dashboard.conftest import Caller

FIGURES, MEASURES_PATH, STREAM = (f"/api/dashboard/v1/{name}" for name in ("figures", "measures", "stream"))
PROTECTED = (
    FIGURES,
    MEASURES_PATH,
    STREAM,
    "/dashboard/figures",
    "/dashboard/projector",
    "/dashboard/projector/figures",
)
LAST_YEAR = EVENING.replace(year=2025)
SEE_FIGURES: set[Role] = {"member", "coordinator", "caseworker", "facilitator", "admin", "auditor"}


async def test_only_who_reads_hires_sees_that_somebody_left_for_their_health(
    caller: Caller, dashboard_database: Database
) -> None:
    at: dict[str, Any] = {"recorded_at": datetime(2026, 9, 1, tzinfo=UTC), "start_date": date(2026, 1, 5)}
    ended = hire(**at, ended_on=date(2026, 8, 20), end_reason="health")
    await apply_messages(dashboard_database, ended)
    seen = {}
    for role in SEE_FIGURES:
        reasons = (await caller.get(f"{FIGURES}?as_of=2026-12-24", role)).json()["hires_ended_by_reason"]
        page = (await caller.get("/dashboard/figures?as_of=2026-12-24", role)).text
        told = {reason: numbers["smaajob"] for reason, numbers in reasons.items() if numbers["smaajob"] != 0}
        seen[role] = told, "Helbred" in page

    health, other = ({"health": 1}, True), (dict.fromkeys(HiresEndedByReason.groups.keys() - {"health"}), False)
    assert seen == dict.fromkeys(SEE_FIGURES, other) | dict.fromkeys(("coordinator", "caseworker", "admin"), health)


async def test_the_figures_of_an_evening(caller: Caller, dashboard_database: Database) -> None:
    evening, citizen = employer_event(), uuid4()
    await apply_messages(
        dashboard_database,
        evening,
        check_in(evening.event_id),
        logged := pledge(positions=3, event_id=evening.event_id),
        pledge(positions=2, job_type="praktik"),
        hire(pledge_id=logged.pledge_id, event_id=evening.event_id, citizen_id=citizen),
        hire(pledge_id=None, citizen_id=citizen),
        hire(start_date=date(2027, 1, 4)),
        outreach(),
    )
    answer = await caller.get(f"{FIGURES}?as_of=2026-12-01", "coordinator")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    shown = answer.json()
    nothing = {"smaajob": 0, "praktik": 0, "loentilskud": 0, "fleksjob": 0, "ordinaer": 0, "traening": 0}
    by_hours = shown.pop("hires_current_by_hours")
    assert list(by_hours) == ["0", "1-4", "5-9", "10-15", "16-20", "21-29", "30+"]
    assert by_hours.pop("10-15") == nothing | {"smaajob": 2}
    assert shown.pop("hires_current_by_ladder") == {
        "more": nothing,
        "same": nothing | {"smaajob": 2},
        "fewer": nothing,
    }
    ended = shown.pop("hires_ended_by_reason")
    assert {"more_hours_elsewhere", "other", "unknown"} < set(ended)
    assert all(numbers == nothing for numbers in (*by_hours.values(), *ended.values()))
    not_yet = {"yes": 0, "no": 0, "unknown": 0, "of": 0}
    not_yet_by_type = not_yet | {"by_job_type": dict.fromkeys(nothing, not_yet)}
    assert shown.pop("still_employed") == {"3": not_yet_by_type, "6": not_yet_by_type, "12": not_yet_by_type}
    assert shown.pop("median_days") == {
        "pledged_to_affirmed": {"days": None, "cases": 0},
        "pledged_to_matched": {"days": None, "cases": 0},
        "matched_to_hired": {"days": None, "cases": 0},
        "pledged_to_hired": {"days": 0.0, "cases": 1},
    }
    assert shown == {
        "as_of": "2026-12-01",
        "known_at": None,
        "updated_at": "2026-12-01T17:00:00Z",
        "job_type": None,
        "filters": {},
        "groups_as_of": "2026-12-01",
        "breakdowns": None,
        "pledged_positions": nothing | {"smaajob": 3, "praktik": 2},
        "positions_affirmed": nothing,
        "positions_matched": nothing,
        "hires": nothing | {"smaajob": 2},
        "hires_from_pledges": nothing | {"smaajob": 1},
        "hires_without_pledge": nothing | {"smaajob": 1},
        "citizens": nothing | {"smaajob": 1},
        "hires_current": nothing | {"smaajob": 2},
        "citizens_current": nothing | {"smaajob": 1},
        "hires_starting_later": nothing | {"smaajob": 1},
        "outreach_new_companies": 1,
        "outreach_contacts": {"visit": 1, "call": 0, "card": 0},
        "events": [
            {
                "event_id": str(evening.event_id),
                "title": "Småjob-aften",
                "place": "B&O, Struer",
                "status": "open",
                "date": "2026-12-01",
                "goal_positions": 50,
                "companies_present": 1,
                "pledged_positions": nothing | {"smaajob": 3},
                "hires": nothing | {"smaajob": 1},
                "hires_starting_later": nothing,
            }
        ],
        "quarters": [
            {
                "quarter": "2026-Q4",
                "begins_on": "2026-10-01",
                "pledged_positions": nothing | {"smaajob": 3, "praktik": 2},
                "hires": nothing | {"smaajob": 2},
            }
        ],
    }


async def test_who_sees_no_single_hires_sees_citizens_at_the_end_of_a_quarter(
    caller: Caller, dashboard_database: Database
) -> None:
    """On any other day, the only hire of the day would tell whether its citizen had had one before."""
    evening, citizen, at = employer_event(), uuid4(), EVENING.replace(month=9)
    first = {"recorded_at": at, "confirmed_at": at, "start_date": date(2026, 9, 1), "event_id": evening.event_id}
    await apply_messages(
        dashboard_database,
        evening,
        hire(**first, citizen_id=citizen),
        hire(**first, citizen_id=citizen),
        hire(**first),
        hire(start_date=date(2026, 11, 2)),
    )
    seen = {}
    for role in ("coordinator", "member"):
        for query in ("", f"&event={evening.event_id}", "&municipality=0671"):
            shown = (await caller.get(f"{FIGURES}?as_of=2026-12-01{query}", role)).json()
            seen[role, query[:6]] = [shown[one] and shown[one]["smaajob"] for one in ("hires", "citizens")]

    assert seen == {
        ("coordinator", ""): [4, 3],
        ("coordinator", "&event"): [3, 2],
        ("coordinator", "&munic"): [0, 0],
        ("member", ""): [4, 2],
        ("member", "&event"): [3, None],
        ("member", "&munic"): [None, None],
    }


async def test_figures_of_one_job_type_alone(caller: Caller, dashboard_database: Database) -> None:
    evening = employer_event()
    praktik = {"job_type": "praktik", "weekly_hours": Decimal(20)}
    await apply_messages(
        dashboard_database,
        evening,
        pledge(positions=2, job_type="praktik", event_id=evening.event_id),
        pledge(positions=3),
        *(hire(**praktik) for _ in range(6)),
        hire(),
    )
    asked = f"{FIGURES}?as_of=2027-04-01&breakdowns=true"
    for role in ("coordinator", "auditor"):
        every = (await caller.get(asked, role)).json()
        shown = (await caller.get(f"{asked}&job_type=praktik", role)).json()
        assert shown["job_type"] == "praktik"
        assert shown["pledged_positions"] == {"praktik": 2}
        assert shown["hires_current_by_hours"]["0"] == {"praktik": every["hires_current_by_hours"]["0"]["praktik"]}
        assert shown["still_employed"]["3"] == (
            every["still_employed"]["3"]["by_job_type"]["praktik"]
            | {"by_job_type": {"praktik": every["still_employed"]["3"]["by_job_type"]["praktik"]}}
        )
        assert shown["events"][0]["pledged_positions"] == {"praktik": 2}
        assert [quarter["hires"] for quarter in shown["quarters"]] == [{"praktik": 6}]
        assert shown["breakdowns"]["industry"]["parts"][0]["pledged_positions"] == {"praktik": 2}
        assert shown["median_days"] == every["median_days"]
    refused = await caller.get(f"{FIGURES}?job_type=kontor", "coordinator")
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "?job_type")


async def test_without_a_day_the_figures_are_todays(caller: Caller) -> None:
    assert (await caller.get(FIGURES, "coordinator")).json()["as_of"] == today().isoformat()


async def test_figures_of_one_event_and_one_company(caller: Caller, dashboard_database: Database) -> None:
    baker, other, evening = company(industry="107110"), company(industry="412000"), employer_event()
    of_baker: dict[str, Any] = {"company_id": baker.company_id, "municipality": "0671"}
    await apply_messages(
        dashboard_database,
        *(baker, other, evening),
        pledge(positions=2, event_id=evening.event_id, **of_baker),
        pledge(positions=3, event_id=evening.event_id, company_id=other.company_id),
        pledge(positions=5, **of_baker),
        hire(**of_baker),
    )
    asked = {
        f"event={evening.event_id}": (5, 0),
        f"company={baker.company_id}": (7, 1),
        "municipality=0671": (7, 1),
        "industry=F": (3, 0),
        f"event={evening.event_id}&industry=C": (2, 0),
        f"company={other.company_id}&municipality=0671": (0, 0),
    }
    for query, expected in asked.items():
        shown = (await caller.get(f"{FIGURES}?as_of=2026-12-01&{query}", "coordinator")).json()
        assert (shown["pledged_positions"]["smaajob"], shown["hires_current"]["smaajob"]) == expected, query
        assert "&".join(f"{name}={value}" for name, value in shown["filters"].items()) == query


@pytest.mark.parametrize("name", ["event", "company"])
@pytest.mark.parametrize(
    "address",
    [
        f"{FIGURES}?",
        "/?",
        "/dashboard/export.json?",
        "/dashboard/lists/hires?",
        "/dashboard/lists/hires.csv?",
        "/api/dashboard/v1/lists/hires?",
        "/dashboard/bridge?measure=hires&from=2026-01-01&to=2026-02-01&",
    ],
)
async def test_an_event_or_company_that_nobody_knows_is_refused(caller: Caller, address: str, name: str) -> None:
    answer = await caller.get(f"{address}{name}={uuid4()}", "coordinator")
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/unknown-filter")


async def test_who_sees_no_single_persons_sees_no_small_counts_of_contacts_nor_those_of_a_part(
    caller: Caller, dashboard_database: Database
) -> None:
    baker = company(municipality="0671")
    two = [outreach(company_id=baker.company_id), outreach(kind="card")]
    await apply_messages(dashboard_database, baker, *two)

    async def shown(role: Role, query: str = "") -> tuple[int | None, dict[str, int | None] | None]:
        answer = (await caller.get(f"{FIGURES}?as_of=2026-12-01{query}", role)).json()
        return answer["outreach_new_companies"], answer["outreach_contacts"]

    of_company = f"&company={baker.company_id}"
    assert await shown("caseworker", of_company) == (1, {"visit": 1, "call": 0, "card": 0})
    assert await shown("member", of_company) == (None, None)
    assert await shown("member") == (None, {"visit": None, "call": 0, "card": None})
    await apply_messages(dashboard_database, *(outreach() for _ in range(4)))
    assert await shown("member") == (6, {"visit": 5, "call": 0, "card": None})


async def test_who_may_not_know_of_single_persons_sees_no_small_counts(
    caller: Caller, dashboard_database: Database
) -> None:
    baker = company(municipality="0671", industry="107110", member=True)
    here: dict[str, Any] = {"company_id": baker.company_id, "municipality": "0671"}
    elsewhere: dict[str, Any] = {"municipality": "0661"}
    hours = {"weekly_hours": Decimal(20)}
    at = datetime(2026, 1, 2, tzinfo=UTC)
    begun: dict[str, Any] = {"start_date": date(2026, 1, 5), "confirmed_at": at, "recorded_at": at}
    evening = employer_event(recorded_at=at, starts_at=at)
    await apply_messages(
        dashboard_database,
        baker,
        evening,
        pledge(positions=2, captured_at=at, **here),
        *(hire(**begun, **here) for _ in range(6)),
        *(hire(**begun, **elsewhere) for _ in range(5)),
        *(hire(**begun, **elsewhere, **hours, event_id=evening.event_id) for _ in range(2)),
    )
    asked = f"{FIGURES}?as_of=2026-11-01&breakdowns=true"
    all_, shown = [(await caller.get(asked, role)).json() for role in ("coordinator", "auditor")]
    assert all_["hires_current_by_hours"]["16-20"]["smaajob"] == 2
    assert shown["hires_current"] == all_["hires_current"], "headlines are shown to everybody"
    by_hours = shown["hires_current_by_hours"]
    assert (by_hours["16-20"]["smaajob"], by_hours["10-15"]["smaajob"]) == (None, None)
    assert shown["still_employed"]["3"]["unknown"] == all_["still_employed"]["3"]["unknown"] == 13
    assert shown["still_employed"]["3"]["by_job_type"]["smaajob"]["of"] == 13
    municipalities = {part["key"]: part["hires"]["smaajob"] for part in shown["breakdowns"]["municipality"]["parts"]}
    assert municipalities == {"0671": 6, "0661": 7}
    (named,) = shown["breakdowns"]["company"]["parts"]
    assert (named["pledged_positions"]["smaajob"], named["hires"]) == (2, None)
    assert all_["breakdowns"]["company"]["parts"][0]["hires"]["smaajob"] == 6

    narrow = (await caller.get(f"{asked}&company={baker.company_id}", "auditor")).json()
    assert narrow["pledged_positions"]["smaajob"] == 2
    of_hires = ("hires", "hires_current", "hires_current_by_hours", "hires_ended_by_reason", "still_employed")
    assert [narrow[code] for code in of_hires] == [None] * 5
    assert narrow["median_days"]["pledged_to_hired"] == {"days": None, "cases": None}

    # Neither the parts of an event, nor those of another day, nor what is recorded meanwhile, subtracts to a person.
    groups = ("hires_current_by_hours", "hires_ended_by_reason", "still_employed")
    of_event = (await caller.get(f"{asked}&event={evening.event_id}", "auditor")).json()
    assert [of_event["hires"]["smaajob"], *(of_event[code] for code in groups)] == [2, None, None, None]
    await apply_messages(
        dashboard_database, hire(**here, start_date=date(2026, 9, 1), confirmed_at=at, weekly_hours=Decimal(12))
    )
    later = (await caller.get(asked.replace("11-01", "11-02"), "auditor")).json()
    assert later["hires"]["smaajob"] == shown["hires"]["smaajob"] + 1
    assert {code: later[code] for code in (*groups, "groups_as_of")} == {
        code: shown[code] for code in (*groups, "groups_as_of")
    }
    assert later["groups_as_of"] == "2026-09-30"
    assert {part["key"]: part["hires"]["smaajob"] for part in later["breakdowns"]["municipality"]["parts"]} == (
        municipalities
    )


async def test_figures_as_known_at_a_moment(caller: Caller, dashboard_database: Database) -> None:
    await apply_messages(
        dashboard_database,
        pledge(positions=2, captured_at=LAST_YEAR),
        pledge(positions=5, captured_at=LAST_YEAR, recorded_at=LAST_YEAR + timedelta(days=3)),
    )
    now = await caller.get(f"{FIGURES}?as_of=2026-12-01", "member")
    assert now.json()["pledged_positions"]["smaajob"] == 7
    then = await caller.get(f"{FIGURES}?as_of=2026-12-01&known_at=2025-12-01T18:00:00%2B01:00", "member")
    assert then.json()["pledged_positions"]["smaajob"] == 2
    assert datetime.fromisoformat(then.json()["known_at"]) == LAST_YEAR


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("as_of=yesterday", "?as_of"),
        ("as_of=2026-02-30", "?as_of"),
        ("as_of=", "?as_of"),
        ("as_of=20261201", "?as_of"),
        ("known_at=1764547200", "?known_at"),
        ("as_of=31-12-2026", "?as_of"),
        ("known_at=2026-12-01", "?known_at"),
        ("known_at=2026-12-01T18:00:00", "?known_at"),
        ("known_at=9999-12-31T23:59:59Z", "?known_at"),
        ("as_of=2026-12-01&as_of=2026-12-02", "?as_of"),
        ("region=1", "?region"),
        ("event=struer", "?event"),
        ("company=1", "?company"),
        ("municipality=671", "?municipality"),
        ("industry=Z", "?industry"),
        ("as_of=1e400", "?as_of"),
        ("as_of=99999-01-01", "?as_of"),
    ],
)
async def test_an_invalid_day_or_moment_is_refused(caller: Caller, query: str, parameter: str) -> None:
    answer = await caller.get(f"{FIGURES}?{query}", "member", headers={"accept-language": "en"})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    (error,) = answer.json()["errors"]
    assert error["pointer"] == parameter


@pytest.mark.parametrize("day", ["0001-01-01", "1900-01-01", "9999-12-31"])
async def test_every_valid_day_has_figures(caller: Caller, dashboard_database: Database, day: str) -> None:
    await apply_messages(dashboard_database, pledge(), hire())
    answer = await caller.get(f"{FIGURES}?as_of={day}", "member")
    assert answer.status_code == 200
    assert answer.json()["hires"]["smaajob"] == (1 if day > "2026" else 0)
    assert len(answer.json()["quarters"]) == (1 if day > "2026" else 0)


async def test_the_first_moment_there_is_has_figures(caller: Caller, dashboard_database: Database) -> None:
    await apply_messages(dashboard_database, pledge())
    answer = await caller.get(f"{FIGURES}?as_of=2026-12-01&known_at=0001-01-01T00:00:00Z", "member")
    assert answer.status_code == 200
    assert answer.json()["pledged_positions"]["smaajob"] == 0


@pytest.mark.parametrize("path", PROTECTED)
@pytest.mark.parametrize("role", sorted(get_args(Role)))
async def test_only_people_of_the_taskforce_may_read_the_figures(
    caller: Caller, monkeypatch: pytest.MonkeyPatch, path: str, role: Role
) -> None:
    # A stream ends after its first message, because the test would not end it.
    monkeypatch.setattr(Changes, "check_limit", lambda changes, _: changes.close())
    outsider: dict[str, Any] = {"taskforce_id": None, "subject": "service:notifications"} if role == "service" else {}
    answer = await caller.get(path, role, **outsider)
    assert answer.status_code == (200 if role in SEE_FIGURES else 403)


@pytest.mark.parametrize("path", PROTECTED)
async def test_without_a_token_nothing_is_answered(caller: Caller, path: str) -> None:
    assert (await caller.get(path)).status_code == 401
    assert (await caller.get(path, headers={"authorization": "Bearer forged"})).status_code == 401


async def test_a_person_of_another_taskforce_sees_their_own_figures_only(
    caller: Caller, dashboard_database: Database, other_taskforce_id: UUID
) -> None:
    await apply_messages(dashboard_database, pledge(positions=3))
    theirs = await caller.get(f"{FIGURES}?as_of=2026-12-01", "member", taskforce_id=other_taskforce_id)
    assert theirs.json()["pledged_positions"]["smaajob"] == 0


async def test_measures_are_explained_in_the_language_of_the_request(caller: Caller) -> None:
    danish = (await caller.get(MEASURES_PATH, "member", headers={"accept-language": "da"})).json()["measures"]
    english = (await caller.get(MEASURES_PATH, "member", headers={"accept-language": "en"})).json()["measures"]
    assert [m["code"] for m in danish] == [m["code"] for m in english] == [m.code for m in catalogue.listed()]
    assert danish[0]["label"] == "Lovede pladser"
    assert english[0]["label"] == "Pledged positions"
    assert all(one["definition"] != other["definition"] for one, other in zip(danish, english, strict=True))


def test_every_route_declares_who_may_call_it(app: FastAPI) -> None:
    assert unclassified_routes(app.routes) == []


def test_the_openapi_document_is_valid_and_names_every_refusal(app: FastAPI) -> None:
    document = app.openapi()
    validate(document)
    assert set(document["paths"]) >= {FIGURES, MEASURES_PATH, STREAM}
    assert set(document["paths"][FIGURES]["get"]["responses"]) >= {"200", "401", "403", "422", "503"}
    assert "text/event-stream" in document["paths"][STREAM]["get"]["responses"]["200"]["content"]
    schema = document["components"]["schemas"]["Figures"]
    assert set(schema["required"]) >= {"as_of", "pledged_positions", "hires", "events", "quarters"}
    for name in ("Figures", "EventFigures", "QuarterFigures", "Measure"):
        for field, of in document["components"]["schemas"][name]["properties"].items():
            assert {"description", "examples", "$ref"} & set(of), (name, field)


def test_a_principal_without_a_taskforce_is_refused() -> None:
    service = Principal("service:pledges", frozenset({"service"}), None)
    assert not service.has(*SEE_FIGURES)
