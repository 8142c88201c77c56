"""The `tilsagn` command against a running demo that has played its evening."""

from __future__ import annotations

import asyncio
import json
import re
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from deploy.cli.installation import Installation, installation_of
from deploy.local.configuration import Configuration
from deploy.local.state import State
from deploy.scenarios import facts
from tests.cli.command import Ran, in_process, tilsagn
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.local_run import LocalRun

pytestmark = pytest.mark.processes

EVENING_PLEDGES = 48
EVENING_HIRES = 6
HEADER = "virksomhed;cvr;dato;pladser;timer fra;timer til;kontaktperson;telefon;reference"
GOOD_ROW = "Havgus Elektronik A/S;91000000;03-11-2025;2;7,5;10;Ellen Ørsted;97 85 00 00;gammel-1"


@pytest.fixture
def command(run: LocalRun) -> Any:
    """`command("figures", "--json")`: run the command on the demo's state folder."""

    def call(*arguments: str) -> Ran:
        return in_process(*arguments, state=run.state)

    return call


@pytest.fixture
def installation(run: LocalRun) -> Installation:
    """The demo, for direct access to its databases."""
    configuration = Configuration.attach(State(run.state / "demo"))
    assert configuration is not None
    return installation_of(configuration)


def in_database(installation: Installation, service: str, sql: str) -> Any:
    """Run SQL as the owner of a service's tables and return one value."""

    async def execute() -> Any:
        conn = await asyncpg.connect(installation.owner_dsn(service))
        try:
            return await conn.fetchval(sql)
        finally:
            await conn.close()

    return asyncio.run(execute())


# ---- the demo


def test_the_demo_prints_one_link_for_each_role_that_answers(run: LocalRun) -> None:
    for role in ("member", "coordinator", "caseworker", "facilitator", "admin", "auditor"):
        link = f"{run.url}/sign-in/as/{role}"
        assert link in run.output()
        assert httpx.get(link, trust_env=False).status_code == 200


def test_a_guests_link_leads_to_the_intake(run: LocalRun) -> None:
    found = re.search(r"Guest +(\S+)", run.output())
    assert found is not None
    entered = httpx.get(found[1], trust_env=False)
    assert entered.status_code == 303
    admitted = httpx.get(f"{run.url}{entered.headers['location']}", trust_env=False)
    assert (admitted.status_code, admitted.headers["location"]) == (303, "/pledges/new")
    assert "set-cookie" in admitted.headers


def test_the_board_and_the_mails_are_linked_and_answer(run: LocalRun) -> None:
    assert f"{run.url}/board/struer" in run.output()
    assert httpx.get(f"{run.url}/board/struer", trust_env=False).status_code == 200
    assert run.mail_link.startswith(f"{run.url}/mail?token=")
    assert httpx.get(run.mail_link, trust_env=False).headers["location"] == "/mail"


def test_the_evening_had_80_companies_about_50_pledges_and_some_hires(run: LocalRun) -> None:
    assert f"80 companies, {EVENING_PLEDGES} pledges, 51 positions, {EVENING_HIRES} hires" in run.output()


async def test_the_board_counts_the_evenings_hires_on_top_of_the_196_and_hides_how_few_came_last(run: LocalRun) -> None:
    after = facts.CITIZENS_IN_SMAAJOB_SINCE_START + EVENING_HIRES
    board: dict[str, Any] = {}

    async def released() -> bool:
        async with httpx.AsyncClient(trust_env=False) as client:
            board.update((await client.get(f"{run.url}/board/struer.json")).json())
        # It is released as soon as five have come since the last time: up to four are not shown yet.
        return after - 5 < (board["count"] or 0) <= after

    await eventually(released)
    assert board["since"] == "2018-05-01"


def test_without_a_terminal_the_output_is_plain(run: LocalRun) -> None:
    assert "\x1b" not in run.output()


def test_a_second_start_prints_the_address_of_the_first(run: LocalRun) -> None:
    ran = tilsagn("demo", "--no-browser", state=run.state)
    assert ran.exit_code == 1
    assert run.url in ran.notes
    assert "Traceback" not in ran.notes


# ---- status and figures


def test_status_reports_that_everything_is_ready(command: Any, run: LocalRun) -> None:
    ran = command("status", "--json")
    assert ran.exit_code == 0
    assert ran.json["ready"] is True
    assert ran.json["url"] == run.url
    assert run.url in command("status").output


def test_the_doctor_reports_the_running_services_as_ok(command: Any) -> None:
    findings = {finding["name"]: finding for finding in command("doctor", "--json").json["findings"]}
    assert findings["Services"]["verdict"] == findings["PostgreSQL"]["verdict"] == findings["Broker"]["verdict"] == "ok"


def test_figures_as_of_the_scenarios_end_are_the_published_ones(command: Any) -> None:
    ran = command("figures", "--as-of", "2026-09-30", "--json")
    assert ran.exit_code == 0
    assert ran.json["hires"]["smaajob"] == facts.CITIZENS_IN_SMAAJOB_SINCE_START
    assert ran.json["hires_current"]["smaajob"] < ran.json["hires"]["smaajob"]


def test_a_bridge_leads_from_the_figures_of_one_day_to_those_of_another(command: Any) -> None:
    days = ("--from", "2024-12-31", "--to", "2026-09-30")
    bridge = command("bridge", *days, "--json").json
    assert bridge["start"] + sum(term["count"] for term in bridge["terms"]) == bridge["end"]
    assert bridge["end"] == facts.CITIZENS_IN_SMAAJOB_SINCE_START
    assert command("bridge", "--from", "2026-09-30", "--to", "2024-12-31").exit_code == 1


def test_figures_for_a_person_are_a_table(command: Any) -> None:
    output = command("figures", "--as-of", "30.09.2026").output
    assert "Figures on 30.09.2026" in output
    assert re.search(r"Hires, all over time \(not citizens\) +196 ", output)


@pytest.mark.parametrize(
    ("day", "explanation"),
    [
        ("9999-12-31", "That day is still to come: what is confirmed to start by then is counted in."),
        ("01.01.1900", "Nothing has been pledged and nobody hired by then."),
    ],
)
def test_figures_of_a_past_or_future_day_have_an_explanation(command: Any, day: str, explanation: str) -> None:
    ran = command("figures", "--as-of", day)
    assert ran.exit_code == 0
    assert explanation in " ".join(ran.output.split())


@pytest.mark.parametrize(
    "arguments",
    [
        ["figures"],
        ["token", "--role", "member"],
        ["admin-link"],
        ["person", "report", "--email", "eva@firma.example"],
        ["person", "erase", "--email", "eva@firma.example", "--yes"],
    ],
    ids=" ".join,
)
def test_an_unknown_taskforce_is_an_error_that_names_the_known_ones(command: Any, arguments: list[str]) -> None:
    ran = command(*arguments, "--taskforce", "atlantis")
    assert (ran.exit_code, ran.output) == (1, "")
    assert "There is no taskforce 'atlantis': there is struer. Name one with --taskforce." in ran.notes


# ---- verifying


def test_verify_agrees_after_the_evening(command: Any) -> None:
    ran = command("verify", "--json")
    assert ran.exit_code == 0
    assert ran.json["ok"] is True
    assert ran.json["differences"] == []
    assert ran.json["compared"]["hire"] > facts.CITIZENS_IN_SMAAJOB_SINCE_START


def test_recount_agrees_after_the_evening_and_writes_a_metric(command: Any, tmp_path: Path) -> None:
    metrics = tmp_path / "boards.prom"
    ran = command("recount", "--json", "--metrics", str(metrics))
    assert (ran.exit_code, ran.json) == (0, {"ok": True, "boards": {"struer": None}})
    assert 'tilsagn_board_drift{taskforce="struer"} 0' in metrics.read_text()


def test_verify_names_a_lost_row_and_a_rebuild_restores_it(
    command: Any, installation: Installation, run: LocalRun
) -> None:
    lost = in_database(
        installation,
        "dashboard",
        "delete from hire_versions where hire_id = (select min(hire_id::text)::uuid from hire_versions) "
        "returning hire_id",
    )
    ran = command("verify")
    assert ran.exit_code == 1
    assert f"hire {lost}: pledges has it, the dashboard has not" in ran.output
    assert "tilsagn rebuild dashboard" in ran.notes

    # As a separate process, to see that nothing else is written to standard output.
    assert tilsagn("rebuild", "dashboard", "--json", state=run.state).json["messages"]["pledges"] > 0
    assert command("verify").exit_code == 0


# ---- messages


def test_replaying_a_service_publishes_everything_again_and_changes_nothing(command: Any) -> None:
    ran = command("replay", "pledges", "--json")
    assert ran.exit_code == 0
    assert ran.json["messages"] > 500
    assert command("verify").exit_code == 0


def test_replaying_since_tomorrow_publishes_nothing(command: Any) -> None:
    assert command("replay", "events", "--since", "2999-01-01", "--json").json["messages"] == 0


def test_a_dead_letter_can_be_listed_shown_and_replayed_after_a_fix(command: Any, installation: Installation) -> None:
    assert command("dead-letters", "list").output.startswith("✓ No message was put aside")
    # A valid message that became a dead letter by mistake: the state of a company, under its own key.
    letter = in_database(
        installation,
        "dashboard",
        f"""
        insert into dead_letters (consumer_group, topic, partition, "offset", value_digest, message_key, value, headers,
                                  reason, detail)
        select 'tilsagn.dashboard', 'tilsagn.events.company', 3, 1, sha256('x'), convert_to(company_id::text, 'UTF8'),
               convert_to(jsonb_build_object('taskforce_id', taskforce_id, 'company_id', company_id, 'version', 1,
                                             'recorded_at', recorded_at, 'name', name)::text, 'UTF8'),
               jsonb_build_object('ce_type', 'tilsagn.events.CompanyRegistered.v1', 'ce_id', '{uuid4()}',
                                  'ce_correlationid', '{uuid4()}', 'ce_taskforceid', taskforce_id),
               'contract', 'a mistake of ours'
          from companies
         limit 1
        returning id
        """,
    )
    listed = command("dead-letters", "list", "--json").json
    assert [(each["letter"], each["service"], each["reason"]) for each in listed] == [
        (str(letter), "dashboard", "contract")
    ]
    assert str(letter) in command("dead-letters", "list").output

    output = command("dead-letters", "show", str(letter))
    assert "a mistake of ours" in output.output
    assert "CompanyRegistered" in output.output

    assert command("dead-letters", "replay", str(letter)).exit_code == 0
    assert command("dead-letters", "list", "--json").json == []
    again = command("dead-letters", "replay", str(letter))
    assert again.exit_code == 1
    assert "already" in again.output


def test_a_dead_letter_that_still_fails_stays_with_the_reason(command: Any, installation: Installation) -> None:
    letter = in_database(
        installation,
        "pledges",
        """
        insert into dead_letters (consumer_group, topic, partition, "offset", value_digest, message_key, value, headers,
                                  reason, detail)
        values ('tilsagn.pledges', 'tilsagn.events.company', 0, 7, sha256('y'), 'k', 'not json',
                '{"ce_type": "tilsagn.events.CompanyRegistered.v1"}', 'bad_json', 'the value is no JSON')
        returning id
        """,
    )
    ran = command("dead-letters", "replay", "--all", "--json")
    assert ran.exit_code == 1
    assert [(each["letter"], each["replayed"]) for each in ran.json] == [(str(letter), False)]
    in_database(installation, "pledges", f"delete from dead_letters where id = '{letter}'")


def test_an_unknown_dead_letter_is_an_error(command: Any) -> None:
    ran = command("dead-letters", "show", str(uuid4()))
    assert ran.exit_code == 1
    assert "There is no letter" in ran.notes


# ---- spreadsheets


def test_an_import_is_checked_in_a_dry_run_and_imported_once(command: Any, tmp_path: Path) -> None:
    file = tmp_path / "gamle tilsagn.csv"
    file.write_bytes(f"\ufeff{HEADER}\r\n{GOOD_ROW}\r\n".encode())
    dry = command("import", "pledges", str(file), "--dry-run", "--json")
    assert (dry.exit_code, dry.json["new"], dry.json["imported"]) == (0, 1, False)
    done = command("import", "pledges", str(file), "--json")
    assert (done.exit_code, done.json["new"], done.json["imported"]) == (0, 1, True)
    again = command("import", "pledges", str(file), "--json")
    assert (again.exit_code, again.json["new"], again.json["known"]) == (0, 0, 1)
    assert command("verify").exit_code == 0


def test_an_import_with_one_bad_row_changes_nothing_and_names_the_row(command: Any, tmp_path: Path) -> None:
    file = tmp_path / "blandet.csv"
    bad = GOOD_ROW.replace("gammel-1", "gammel-3").replace(";2;", ";0;")
    file.write_bytes(f"{HEADER}\r\n{GOOD_ROW.replace('gammel-1', 'gammel-2')}\r\n{bad}\r\n".encode("cp1252"))
    ran = command("import", "pledges", str(file))
    assert ran.exit_code == 1
    assert "pladser" in ran.output
    assert "Havgus Elektronik A/S" in ran.output
    assert "1 of 2 rows" in ran.notes
    assert command("import", "pledges", str(file), "--dry-run", "--json").json["known"] == 0


def test_the_rows_of_hires_that_cannot_be_imported_are_written_to_a_file(command: Any, tmp_path: Path) -> None:
    file, errors = tmp_path / "ansættelser.csv", tmp_path / "fejl.csv"
    header, row = "virksomhed;startdato;betalte timer;kontaktperson", "Havgus Elektronik A/S;03-11-2025;7,5;Mette"
    file.write_bytes("\r\n".join([header, row, row.replace("7,5", "90")]).encode("cp1252"))
    ran = command("import", "hires", str(file), "--errors", str(errors))
    assert ran.exit_code == 1
    assert "1 of 2 rows" in ran.notes
    assert errors.read_text(encoding="utf-8-sig").splitlines() == [
        f"{header};Line;What is wrong",
        f"{row.replace('7,5', '90')};3;betalte timer: Must be at most 60.",
    ]
    assert command("import", "hires", str(file), "--dry-run", "--json").json["new"] == 1


def test_a_missing_file_and_an_unknown_taskforce_are_errors_in_one_sentence(command: Any, tmp_path: Path) -> None:
    missing = command("import", "pledges", str(tmp_path / "nothing.csv"))
    assert missing.exit_code == 1
    assert "There is no file" in missing.notes
    file = tmp_path / "tilsagn.csv"
    file.write_text(f"{HEADER}\n{GOOD_ROW}\n")
    elsewhere = command("import", "pledges", str(file), "--taskforce", "atlantis")
    assert elsewhere.exit_code == 1
    assert "there is struer" in elsewhere.notes


def test_loading_the_scenario_again_changes_nothing(command: Any, installation: Installation) -> None:
    count = "select count(*) from outbox"
    before = in_database(installation, "pledges", count), in_database(installation, "events", count)
    ran = command("scenario", "load", "struer")
    assert ran.exit_code == 0
    assert "196 citizens have got a småjob" in ran.output
    assert (in_database(installation, "pledges", count), in_database(installation, "events", count)) == before


def test_a_person_is_reported_and_erased_and_retention_lists_overdue_rows(
    command: Any, installation: Installation
) -> None:
    phone = in_database(installation, "pledges", "select phone from pledge_contacts where length(phone) >= 8 limit 1")
    report = command("person", "report", "--phone", phone, "--json").json
    assert {one["table"] for one in report["held"] if one["rows"]} >= {"pledge_contacts"}

    assert command("person", "erase", "--phone", phone, "--yes").exit_code == 0
    left = command("person", "report", "--phone", phone, "--json").json
    assert not [one for one in left["held"] if one["rows"]]
    assert len(json.loads(command("erasures").output)) >= 1
    due = command("retention", "--dry-run", "--json").json["due"]
    assert {one["service"] for one in due} == {"pledges", "events", "notifications", "dashboard"}


def test_a_token_allows_the_api_of_its_role_only(command: Any, run: LocalRun) -> None:
    member = command("token", "--role", "member").output.strip()
    headers = {"authorization": f"Bearer {member}"}
    figures = httpx.get(f"{run.url}/api/dashboard/v1/figures", headers=headers, trust_env=False)
    assert figures.status_code == 200
    hire = httpx.post(
        f"{run.url}/api/pledges/v1/hires", headers=headers | {"idempotency-key": "x"}, json={}, trust_env=False
    )
    assert hire.status_code == 403
