"""A mail that did not arrive: what `notifications` tells, its page, and that somebody has seen to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from services.pledges.consumer import apply
from services.pledges.mails.words import reason_text
from shared.contracts.notifications import MailSent, MailUndeliverable
from shared.i18n.translations import use_language
from shared.messaging.envelope import Delivery
from tests.pledges.browsing import HTML, text_of
from tests.pledges.conftest import NOW, Caller, pledge_body

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from shared.contracts.notifications import MailState
    from shared.db.database import Database

ME = uuid4()


async def test_a_mail_that_came_back_is_on_the_work_list_until_somebody_has_seen_to_it(
    caller: Caller,
    pledges_database: Database,
    taskforce_id: UUID,
    add_company: Callable[..., Awaitable[UUID]],
) -> None:
    company_id = await add_company("Smeden A/S")
    body = pledge_body(company={"id": str(company_id), "name": "Smeden A/S"})
    await caller.log(body)

    def mail(kind: type[MailState], **facts: Any) -> Delivery:
        state = {
            "taskforce_id": taskforce_id,
            "version": 1,
            "recorded_at": NOW,
            "delivery_id": uuid4(),
            "notice": "pledge_received",
            "recipient": "company",
            "pledge_id": body["id"],
            "settled_at": NOW,
        }
        return Delivery(kind(**state | facts), uuid4(), uuid4())

    returned = uuid4()
    told = [mail(MailUndeliverable, delivery_id=returned, reason="recipient_550"), mail(MailSent)]
    for _ in range(2):
        async with pledges_database.change(taskforce_id) as conn:
            await apply(conn, told)
    headers = caller.headers("caseworker", subject=f"person:{ME}") | HTML

    async def page(path: str) -> str:
        answer = await caller.client.get(path, headers=headers)
        assert answer.status_code == 200, answer.text
        return text_of(answer.text)

    async def due() -> int:
        answer = await caller.get("/api/pledges/v1/queue?view=all&due=all&kind=undelivered", "caseworker")
        return len(answer.json()["items"])

    assert await due() == 1
    assert "Mailserveren afviser modtageren" in await page(f"/queue/mails/{returned}")
    timeline = await page(f"/companies/{company_id}?kind=mails")
    assert timeline.count("Tak for tilsagnet") == 2
    assert "Kom ikke frem" in timeline

    for _ in range(2):
        assert (await caller.client.post(f"/queue/mails/{returned}/handled", headers=headers)).status_code == 303
    assert await due() == 0
    async with pledges_database.change(taskforce_id) as conn:
        await apply(conn, told)  # told again, it stays handled
    assert "af dig" in await page(f"/queue/mails/{returned}")
    assert (await caller.client.post(f"/queue/mails/{returned}/reopen", headers=headers)).status_code == 303
    assert await due() == 1


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("bad_address", "Mailadressen kan ikke bruges"),
        ("recipient_550", "Mailserveren afviser modtageren"),
        ("many_with_pass", "Den kunne ikke sendes i et døgn"),
        (None, "Den kunne ikke sendes i et døgn"),
    ],
)
def test_every_reason_has_words(code: str | None, words: str) -> None:
    with use_language("da", service="pledges"):
        assert reason_text(code) == words
