"""`tilsagn person`, `erasures`, and `reconcile --erasures`: a person is reported, erased, and stays erased."""

from __future__ import annotations

import asyncio
import json
import stat
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from deploy.scenarios.identities import taskforce_id
from tests.cli.command import Ran, in_process

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.topology import Topology


EVA = ("--email", "eva@firma.example")


def test_a_person_is_reported_erased_and_erased_again_after_a_restore(stopped: Topology, tmp_path: Path) -> None:
    contact = uuid4()
    asyncio.run(_hire(stopped, contact))
    asyncio.run(_contact(stopped, contact))

    report = _tilsagn(stopped, "person", "report", *EVA, "--json").json
    [group] = [one for one in report["held"] if one["rows"]]
    assert (group["service"], group["table"], group["months"]) == ("pledges", "hire_contacts", 12)
    assert group["rows"] == [{"id": str(contact), "name": "Eva Holm", "phone": None, "email": "eva@firma.example"}]
    assert group["purpose"].startswith("At ")
    assert group["told_to"].startswith("Koordinatorer")
    assert "Eva Holm" in _tilsagn(stopped, "person", "report", *EVA).output
    _on_paper(stopped, tmp_path)

    assert "1 row was erased" in _tilsagn(stopped, "person", "erase", *EVA, "--yes").output
    assert "Nothing is held" in _tilsagn(stopped, "person", "report", *EVA).output
    copy = tmp_path / "erasures.json"
    copy.write_text(_tilsagn(stopped, "erasures").output, encoding="utf-8")
    [line] = json.loads(copy.read_text(encoding="utf-8"))
    assert (line["table"], line["key"]) == ("hire_contacts", str(contact))

    asyncio.run(_contact(stopped, contact, forget_ledger=True))
    warned = _tilsagn(stopped, "reconcile", "--json", succeeds=None)
    assert "No copy of the ledger of erasures was given" in " ".join(warned.notes.split())
    assert asyncio.run(_contacts(stopped)) == {contact}
    _tilsagn(stopped, "reconcile", "--erasures", str(copy), "--json", succeeds=None)
    assert asyncio.run(_contacts(stopped)) == set()
    [again] = json.loads(_tilsagn(stopped, "erasures").output)
    assert again | {"repeated_at": None} == line
    assert again["repeated_at"] > line["erased_at"], "when it was erased stays, and when it was done again is told"


def test_an_unknown_person_is_an_error(stopped: Topology) -> None:
    refused = _tilsagn(stopped, "person", "erase", "--phone", "97 00 00 00", "--yes", succeeds=False)
    assert "Nothing is held about anybody known by that" in refused.notes


@pytest.mark.parametrize("content", ["", "{}", "[1]", '[{"id": 1}]'])
def test_an_invalid_ledger_is_refused_without_changes(stopped: Topology, tmp_path: Path, content: str) -> None:
    file = tmp_path / "x.json"
    file.write_text(content, encoding="utf-8")
    refused = _tilsagn(stopped, "reconcile", "--erasures", str(file), succeeds=False)
    assert "is no ledger of erasures" in refused.notes


def _on_paper(stopped: Topology, folder: Path) -> None:
    """The report is written for its owner only, and never over an existing file."""
    for language, tag in (("da", b"/Lang(da)"), ("en", b"/Lang(en)")):
        file = folder / f"{language}.pdf"
        _tilsagn(stopped, "person", "report", *EVA, "--pdf", str(file), "--language", language)
        assert file.read_bytes().startswith(b"%PDF-")
        assert tag in file.read_bytes()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = file.read_bytes()
    refused = _tilsagn(stopped, "person", "report", *EVA, "--pdf", str(file), succeeds=False)
    assert "is there already" in " ".join(refused.notes.split())
    assert file.read_bytes() == before
    refused = _tilsagn(stopped, "person", "report", *EVA, "--pdf", str(folder / "none" / "a.pdf"), succeeds=False)
    assert "is no folder" in " ".join(refused.notes.split())


def _tilsagn(stopped: Topology, *arguments: str, succeeds: bool | None = True) -> Ran:
    """Run the command; `succeeds` is None where it depends on the broker: the embedded one cannot be emptied."""
    ran = in_process(*arguments, state=stopped.folder / "none", environment=stopped.operator_environment())
    assert succeeds is None or (ran.exit_code == 0) is succeeds, ran.notes
    return ran


async def _hire(stopped: Topology, hire: UUID) -> None:
    conn: Any = await asyncpg.connect(stopped.superuser_dsn("pledges"))
    await conn.execute(
        """
        insert into hires
               (taskforce_id, id, company_name, job_type, start_date, weekly_hours, confirmed_at, flags,
                request_fingerprint, version)
        values ($1, $2, 'B&O', 'smaajob', current_date, 5, now(), '{}', '\\x00', 1)
        """,
        taskforce_id("struer"),
        hire,
    )
    await conn.close()


async def _contact(stopped: Topology, hire: UUID, *, forget_ledger: bool = False) -> None:
    conn: Any = await asyncpg.connect(stopped.superuser_dsn("pledges"))
    await conn.execute(
        "insert into hire_contacts values ($1, $2, 'Eva Holm', null, 'eva@firma.example')", taskforce_id("struer"), hire
    )
    if forget_ledger:
        await conn.execute("delete from erasures")
    await conn.close()


async def _contacts(stopped: Topology) -> set[UUID]:
    conn: Any = await asyncpg.connect(stopped.superuser_dsn("pledges"))
    try:
        return {row["id"] for row in await conn.fetch("select id from hire_contacts")}
    finally:
        await conn.close()
