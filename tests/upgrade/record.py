"""`python -m tests.upgrade.record tests/upgrade/releases/0.3.0`: record the data of an installation of this release.

It starts `tilsagn up` on a temporary folder, plays a short evening over the public API with made-up people, and dumps
the four databases as plain SQL, without the tables' definitions: those are in the released migrations.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import httpx

from deploy.local.postgres import EmbeddedPostgres
from deploy.local.state import State
from deploy.scenarios import evening
from deploy.services import SERVICES, database
from deploy.transfer import postgres_programs
from tests.cli.command import tilsagn
from tests.cli.local_run import local_run, state_folder

if TYPE_CHECKING:
    from deploy.scenarios.evening import Evening

REQUEST_KEY: Final = "the request key of every recorded installation"
"""The key of its request fingerprints. No installation that anybody uses has it."""
SLUG: Final = "struer"

_COMPANIES, _PLEDGES, _HIRES = 6, 5, 2


def main(arguments: list[str]) -> int:
    """Run the command and return its exit code."""
    if len(arguments) != 1:
        print("usage: python -m tests.upgrade.record FOLDER", file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    with state_folder() as state:
        state.mkdir()
        (state / "secrets.json").write_text(json.dumps({"request_key": REQUEST_KEY}))
        with local_run("up", "--no-browser", "--taskforce", SLUG, state=state) as run:
            run.wait_for("Ctrl-C stops it")
            asyncio.run(_play(run.url, state, folder))
            verified = tilsagn("verify", state=state)
            assert verified.exit_code == 0, verified.notes
        with EmbeddedPostgres(State(state).postgres) as postgres:
            for service in SERVICES:
                _dump(postgres.superuser_dsn(database(service)), folder / f"{service}.sql")
    return 0


async def _play(url: str, state: Path, folder: Path) -> None:
    tokens = {
        role: tilsagn("token", "--role", role, state=state).output.strip()
        for role in ("admin", "coordinator", "member", "caseworker")
    }
    plan = _short_evening()
    companies = {step.company.id: step.company for step in plan.steps if isinstance(step, evening.CheckInStep)}
    for number, company in enumerate(companies.values()):
        body: dict[str, Any] = {
            "id": str(company.id),
            "name": company.name,
            "cvr": company.cvr,
            "municipality": company.municipality,
            "member": number < 2,
        }
        await _post(url, tokens["coordinator"], "/api/events/v1/companies", body)
    own = {"id": str(UUID(int=7)), "name": "Jens Holms Murerforretning", "personally_owned": True}
    await _post(url, tokens["coordinator"], "/api/events/v1/companies", own)
    person = {
        "id": str(UUID(int=8)),
        "name": "Karen Kjær",
        "email": "koordinator@struer.example",
        "roles": ["coordinator"],
        "invite": True,
    }
    await _post(url, tokens["admin"], "/api/events/v1/people", person)
    await evening.play(evening.EveningTarget(url, tokens), plan, speed=60)
    pledge = next(step for step in plan.steps if isinstance(step, evening.PledgeStep) and step.by == "member")
    request = evening._pledge(plan, pledge) | {"id": str(UUID(int=9, version=4))}
    answer = await _post(url, tokens["member"], "/api/pledges/v1/pledges", request)
    (folder / "repeated.json").write_text(json.dumps({"request": request, "answer": answer}, indent=2) + "\n")


def _short_evening() -> Evening:
    """Return an evening with a few of its steps."""
    plan = evening.plan_evening(datetime.now(UTC).date(), 1)
    pledges = [step for step in plan.steps if isinstance(step, evening.PledgeStep)][:_PLEDGES]
    companies = {step.company.id for step in pledges}
    check_ins = [step for step in plan.steps if isinstance(step, evening.CheckInStep)]
    check_ins.sort(key=lambda step: step.company.id not in companies)
    hires = [
        evening.HireStep(at=59.0, id=UUID(int=10 + number, version=4), promise=pledge, weekly_hours=pledge.hours[0])
        for number, pledge in enumerate(pledges[:_HIRES])
    ]
    return replace(plan, steps=(*check_ins[:_COMPANIES], *pledges, *hires))


async def _post(url: str, token: str, path: str, body: dict[str, Any]) -> Any:
    headers = {"authorization": f"Bearer {token}", "idempotency-key": body["id"]}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=30, trust_env=False) as http:
        answer = await http.post(path, json=body)
    assert answer.is_success, answer.text
    return answer.json()


def _dump(url: str, file: Path) -> None:
    """Dump the rows of one database as INSERT statements, in the order of the tables' names."""
    arguments = ["--data-only", "--rows-per-insert=1000", "--no-comments", "--exclude-table=schema_migrations"]
    postgres_programs.run("pg_dump", url, [*arguments, f"--file={file}"])
    text = file.read_text(encoding="utf-8")
    # Commands of psql, comments, and settings of the session are not data.
    text = re.sub(r"^(\\.*|--.*|SET .*;|SELECT pg_catalog\.set_config.*)\n", "", text, flags=re.MULTILINE)
    file.write_text(re.sub(r"\n{2,}", "\n\n", text).strip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
