"""The pages of people, without JavaScript."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from tests.events.conftest import published
from tests.events.visitor import Visitor, become, field
from tests.support.addresses import address_of

if TYPE_CHECKING:
    from shared.db.database import Database


async def test_an_administrator_adds_a_person(visitor: Visitor, taskforce_id: UUID) -> None:
    await become(visitor, "admin", taskforce_id)
    page = await visitor.open("/people/new")
    page = await visitor.send(
        "/people",
        id=field(page, "id"),
        name="Åse Ærlig",
        email="aase@struer.example",
        roles=["caseworker", "member"],
        municipality="0671",
        language="da",
    )
    assert "Åse Ærlig" in page
    assert "virksomhedskonsulent, medlem" in page
    page = await visitor.send("/people", 422, id=str(uuid4()), name="Bo", email="bo")
    assert 'value="Bo"' in page


async def test_the_list_says_who_was_added_or_changed_and_what_they_need(visitor: Visitor, taskforce_id: UUID) -> None:
    await become(visitor, "admin", taskforce_id)
    eva, karen = str(uuid4()), str(uuid4())
    page = await visitor.send("/people", id=eva, name="Eva", email=address_of(eva), roles=["member"], language="da")
    assert "Eva er tilføjet" in page
    assert "Lav en kode" not in page
    facts: dict[str, Any] = {"name": "Karen", "email": address_of(karen), "roles": ["auditor"], "language": "da"}
    page = await visitor.send("/people", id=karen, **facts)
    assert "Karen er tilføjet" in page
    assert f'href="/people/{karen}#code"' in page, "without a code no passkey, without one no work"
    assert "Karen er gemt" in await visitor.send(f"/people/{karen}", **facts)
    assert "er gemt" not in await visitor.open(f"/people?changed={uuid4()}")


async def test_an_administrator_invites_when_adding_or_later_and_sees_when(
    visitor: Visitor, taskforce_id: UUID, db: Database
) -> None:
    await become(visitor, "admin", taskforce_id)
    page = await visitor.open("/people/new")
    assert re.search(r'name="invite"[^>]* checked', page), "unless one does not want to"
    ids = [str(uuid4()), str(uuid4())]
    for id, invite in zip(ids, ({"invite": "true"}, {}), strict=True):
        facts: dict[str, Any] = {"id": id, "name": "Bo Bak", "email": address_of(id), "roles": ["member"]}
        await visitor.send("/people", **facts, **invite, language="da")
    assert "seneste invitation blev sendt" in await visitor.open(f"/people/{ids[0]}")
    assert "ikke sendt nogen invitation endnu" in await visitor.open(f"/people/{ids[1]}")
    assert "seneste invitation blev sendt" in await visitor.send(f"/people/{ids[1]}/invitations")
    page = await visitor.send(f"/people/{ids[1]}/invitations", 409)
    assert "lige sendt en invitation" in page
    invited = [fact["person_id"] for name, fact in await published(db) if name == "PersonInvited"]
    assert invited == ids
