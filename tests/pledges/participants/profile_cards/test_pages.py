"""The pages of a profile card: the case worker's, the company's and the citizen's own."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from services.pledges.participants.profile_cards import store
from tests.pledges.browsing import HTML, hidden, text_of
from tests.pledges.conftest import TODAY
from tests.pledges.participants.conftest import HOLSTEBRO, STRUER
from tests.pledges.participants.profile_cards import pictures
from tests.pledges.participants.profile_cards.conftest import CARD

if TYPE_CHECKING:
    import asyncpg

    from tests.pledges.participants.profile_cards.conftest import CardVisitor

NOT_SHOWN = "Der er ikke noget kort her"


async def test_a_card_is_written_and_shown_as_a_company_sees_it(visitor: CardVisitor) -> None:
    assert "Der er ikke noget profilkort" in text_of((await visitor.get()).text)
    assert (await visitor.write()).status_code == 303
    page = text_of((await visitor.get()).text)
    assert "Jeg hedder Mette" in page
    assert "Jeg er god til at holde orden." in page
    assert "Pakkeopgaver" in page
    public = await visitor.open(await visitor.link())
    assert public.status_code == 200
    assert "Jeg hedder Mette" in text_of(public.text)
    assert "S-2026-17" not in public.text
    assert public.headers["cache-control"] == "no-store"
    assert public.headers["referrer-policy"] == "no-referrer"
    assert "noindex" in public.headers["x-robots-tag"]


async def test_a_card_in_english_says_so_whatever_the_page_speaks(visitor: CardVisitor) -> None:
    await visitor.write(language="en", words="I like animals.")
    public = text_of((await visitor.open(await visitor.link())).text)
    assert "My name is Mette" in public
    assert "Borgeren kan når som helst trække kortet tilbage" in public


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"words": ""}, "Skal udfyldes"),
        ({"words": "Mit CPR-nummer er 010190-1234"}, "CPR"),
        ({"preferred_name": "Mette 0101901234"}, "CPR"),
        ({"words": "\n".join("abcdefghi")}, "Har for mange linjer"),
        ({"words": "a" * 601}, "600"),
        ({"consented_on": ""}, "Skriv, hvilken dag borgeren gav samtykke."),
        ({"valid_until": (TODAY + timedelta(days=400)).isoformat()}, "Et kort gælder højst i tolv måneder."),
        ({"valid_until": (TODAY - timedelta(days=1)).isoformat()}, "Den sidste dag kan ikke ligge før den første."),
    ],
)
async def test_a_card_that_says_too_much_or_lacks_a_basis_is_shown_again(
    visitor: CardVisitor, changes: dict[str, Any], error: str
) -> None:
    answer = await visitor.write(**changes)
    assert answer.status_code == 422
    assert error in text_of(answer.text)
    assert "Der er ikke noget profilkort" in text_of((await visitor.get()).text)


async def test_a_card_that_a_colleague_has_changed_is_not_overwritten_unseen(visitor: CardVisitor) -> None:
    await visitor.write()
    answer = await visitor.write(version="", words="Noget helt andet")
    assert answer.status_code == 412
    assert "Noget helt andet" in answer.text
    assert hidden(answer.text, "version") == "1"
    assert "Jeg er god til at holde orden." in text_of((await visitor.get()).text)


async def test_a_photo_is_shown_with_the_card_and_says_nothing_of_where_it_was_taken(visitor: CardVisitor) -> None:
    await visitor.write()
    assert (await visitor.upload(pictures.with_position())).status_code == 303
    public = await visitor.open(await visitor.link())
    assert 'alt="En kvinde i en have"' in public.text
    photo = await visitor.open(f"{await visitor.link()}/photo")
    assert (photo.status_code, photo.headers["content-type"]) == (200, "image/jpeg")
    assert photo.headers["cache-control"] == "no-store"
    assert photo.headers["x-content-type-options"] == "nosniff"
    assert b"Ida" not in photo.content
    assert (await visitor.post("/photo/remove")).status_code == 303
    assert (await visitor.open(f"{await visitor.link()}/photo")).status_code == 404


@pytest.mark.parametrize(
    ("content", "alt", "error"),
    [
        (b"<svg/>", "En kvinde", "Det skal være et billede i formatet JPEG, PNG eller WebP."),
        (pictures.huge_png(8000, 5000), "En kvinde", "Et foto må højst have 25 megapixel."),
        (b"\xff\xd8\xff" + bytes(8_000_000), "En kvinde", "Et foto må højst fylde 8 MB."),
        (pictures.picture(), "", "Skal udfyldes"),
        (pictures.picture(), "Mette 010190-1234", "CPR"),
    ],
    ids=["svg", "40 megapixels", "too large", "no alternative text", "cpr number"],
)
async def test_a_photo_that_cannot_be_on_a_card_is_refused_in_words(
    visitor: CardVisitor, content: bytes, alt: str, error: str
) -> None:
    await visitor.write()
    answer = await visitor.upload(content, alt=alt)
    assert answer.status_code == 422
    assert error in text_of(answer.text)
    assert "profile-card-photo" not in (await visitor.get()).text


@pytest.mark.parametrize(("size", "lang"), [("a6", "da"), ("a5", "en"), ("a4", "da")])
async def test_a_card_is_printed_and_kept_nowhere(visitor: CardVisitor, size: str, lang: str) -> None:
    await visitor.write()
    answer = await visitor.get("/card.pdf", params={"size": size, "lang": lang})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.content.startswith(b"%PDF-")


async def test_a_withdrawn_card_is_gone_at_once_wherever_it_was(
    visitor: CardVisitor, superuser: asyncpg.Connection[asyncpg.Record]
) -> None:
    await visitor.write()
    await visitor.upload()
    link, own = await visitor.link(), await visitor.own_link()
    places = [link, f"{link}/photo", own, f"{own}/photo", f"{own}/card.pdf", f"{own}/withdraw"]
    assert [(await visitor.open(place)).status_code for place in places] == [200] * 6
    assert (await visitor.post("/withdraw")).status_code == 303
    for place in places:
        answer = await visitor.open(place)
        assert (answer.status_code, NOT_SHOWN in text_of(answer.text)) == (404, True), place
    assert (await visitor.get("/card.pdf")).status_code == 409
    assert (await visitor.get("/photo")).status_code == 404
    row = await superuser.fetchrow(
        "select preferred_name, words, tasks, photo, photo_alt from participants.profile_cards"
    )
    assert row is not None
    assert tuple(row) == ("", "", [], None, None)
    # A new card has a new link; the old ones stay closed.
    await visitor.write()
    assert (await visitor.open(await visitor.link())).status_code == 200
    assert (await visitor.open(link)).status_code == 404


async def test_the_card_of_somebody_who_has_left_is_neither_shown_nor_printed(
    visitor: CardVisitor, superuser: asyncpg.Connection[asyncpg.Record]
) -> None:
    await visitor.write()
    await superuser.execute("update participants.participants set status = 'left', left_on = $1", TODAY)
    assert (await visitor.open(await visitor.link())).status_code == 404
    assert (await visitor.get("/card.pdf")).status_code == 409
    assert "card.pdf" not in (await visitor.get()).text


async def test_a_new_code_closes_those_that_were_printed(visitor: CardVisitor) -> None:
    await visitor.write()
    link = await visitor.link()
    await visitor.post("/link")
    assert (await visitor.open(link)).status_code == 404
    assert (await visitor.open(await visitor.link())).status_code == 200


async def test_an_expired_card_and_one_that_never_was_are_answered_the_same(
    visitor: CardVisitor, superuser: asyncpg.Connection[asyncpg.Record]
) -> None:
    await visitor.write()
    link, own = await visitor.link(), await visitor.own_link()
    await superuser.execute(
        "update participants.profile_cards set valid_from = $1::date - 9, valid_until = $1::date - 1", TODAY
    )
    expired = await visitor.open(link)
    unknown = await visitor.open(f"/card/{'A' * 43}")
    assert (expired.status_code, expired.text) == (404, unknown.text.replace("A" * 43, link.removeprefix("/card/")))
    assert (await visitor.open(own)).status_code == 404


async def test_a_card_that_is_written_after_the_last_one_has_expired_has_links_of_its_own(
    visitor: CardVisitor, superuser: asyncpg.Connection[asyncpg.Record]
) -> None:
    await visitor.write()
    old = [await visitor.link(), await visitor.own_link()]
    await superuser.execute("update participants.links set expires_at = now() - interval '1 minute'")
    await visitor.write(words="Jeg er god til dyr.")
    assert [(await visitor.open(path)).status_code for path in old] == [404, 404]
    assert "Jeg er god til dyr." in text_of((await visitor.open(await visitor.link())).text)


async def test_each_view_is_logged_with_its_link_and_nothing_is_shown_without(
    visitor: CardVisitor, superuser: asyncpg.Connection[asyncpg.Record]
) -> None:
    await visitor.write()
    link = await visitor.link()
    await visitor.open(link)
    looks = await superuser.fetch("select who, why, what_key from access_log where who like 'link:%'")
    link_id = await superuser.fetchval("select id from participants.links")
    assert [tuple(look) for look in looks] == [(f"link:{link_id}", "profile_card", visitor.participant_id)]
    await superuser.execute("alter table access_log add constraint full_disk check (false) not valid")
    answer = await visitor.open(link)
    assert answer.status_code >= 500
    assert "Mette" not in answer.text


async def test_the_citizen_corrects_words_and_wishes_and_the_case_worker_sees_it(
    visitor: CardVisitor, superuser: asyncpg.Connection[asyncpg.Record]
) -> None:
    await superuser.execute(
        "update participants.participants set tasks_cannot = '{warehouse}', tasks_want = '{packing}'"
    )
    await visitor.write()
    own = await visitor.own_link()
    page = await visitor.open(own)
    assert 'value="warehouse"' not in page.text
    assert "du ikke kan: Lager og palleflyt" in text_of(page.text)
    answer = await visitor.send(
        own, words="Jeg vil helst være ude.", tasks=["green_areas", "warehouse"], version=hidden(page.text, "version")
    )
    assert answer.status_code == 303
    public = text_of((await visitor.open(await visitor.link())).text)
    assert "Jeg vil helst være ude." in public
    assert "Grønne områder" in public
    assert await superuser.fetchval("select tasks_want from participants.participants") == ["green_areas"]
    change = await superuser.fetchrow(
        "select before, changed_by, version from participants.changes where kind = 'card_corrected'"
    )
    assert change is not None
    assert (change["changed_by"], change["version"]) == (None, 2)
    assert "packing" in change["before"]
    assert "Borgeren har rettet kortet" in text_of((await visitor.get()).text)
    elsewhere = ["/participants", f"/participants/{visitor.participant_id}"]
    said = [await visitor.caller.client.get(path, headers=visitor.headers) for path in elsewhere]
    assert "Har ændret profilkortet" in text_of(said[0].text)
    assert "Borgeren har ændret eller trukket profilkortet tilbage" in text_of(said[1].text)
    await visitor.post("/seen")
    assert "Borgeren har rettet kortet" not in text_of((await visitor.get()).text)
    said = [await visitor.caller.client.get(path, headers=visitor.headers) for path in elsewhere]
    assert not any("ændret profilkortet" in page.text or "ændret eller" in page.text for page in said)


async def test_the_citizen_withdraws_their_card(
    visitor: CardVisitor, superuser: asyncpg.Connection[asyncpg.Record]
) -> None:
    await visitor.write()
    own = await visitor.own_link()
    answer = await visitor.send(f"{own}/withdraw")
    assert "Dit kort er trukket tilbage" in text_of(answer.text)
    assert (await visitor.open(own)).status_code == 404
    assert (await visitor.send(own, words="Igen", tasks=[])).status_code == 404
    assert "Borgeren har trukket kortet tilbage" in text_of((await visitor.get()).text)
    kinds = await superuser.fetch(
        "select changed_by is null as own from participants.changes where kind = 'card_withdrawn'"
    )
    assert [row["own"] for row in kinds] == [True]


async def test_the_citizens_correction_of_a_card_that_has_changed_is_shown_again(visitor: CardVisitor) -> None:
    await visitor.write()
    own = await visitor.own_link()
    version = hidden((await visitor.open(own)).text, "version")
    await visitor.write(words="Jeg møder til tiden.")
    answer = await visitor.send(own, words="Mine egne ord", version=version)
    assert answer.status_code == 412
    assert "Mine egne ord" in answer.text


async def test_a_link_for_companies_does_not_open_the_citizens_page(visitor: CardVisitor) -> None:
    await visitor.write()
    link, own = await visitor.link(), await visitor.own_link()
    assert (await visitor.open(link.replace("/card/", "/card/mine/"))).status_code == 404
    assert (await visitor.open(own.replace("/mine", ""))).status_code == 404
    assert (await visitor.send(link.replace("/card/", "/card/mine/") + "/withdraw")).status_code == 404


async def test_a_facilitator_reads_and_changes_nothing(
    visitor: CardVisitor, superuser: asyncpg.Connection[asyncpg.Record]
) -> None:
    await superuser.execute("update participants.participants set programme = 'job_network'")
    await visitor.write()
    facilitator = visitor.caller.headers("facilitator", programme="job_network") | HTML
    page = await visitor.caller.client.get(visitor.path, headers=facilitator)
    assert "Jeg hedder Mette" in text_of(page.text)
    assert "Ret kortet" not in page.text
    assert "Borgerens eget link" not in page.text
    for path in ("", "/withdraw", "/handover", "/link", "/photo/remove"):
        assert (await visitor.caller.client.post(visitor.path + path, headers=facilitator)).status_code == 403


async def test_a_case_worker_who_is_a_facilitator_too_changes_no_card_of_another_municipality(
    visitor: CardVisitor, superuser: asyncpg.Connection[asyncpg.Record]
) -> None:
    await superuser.execute("update participants.participants set programme = 'job_network'")
    await visitor.write()
    both = visitor.caller.headers("caseworker", "facilitator", municipality=HOLSTEBRO, programme="job_network") | HTML
    page = await visitor.caller.client.get(visitor.path, headers=both)
    assert "Jeg hedder Mette" in text_of(page.text)
    assert 'method="post" action="/participants/' not in page.text
    for path in ("/edit", "/withdraw"):
        assert (await visitor.caller.client.get(visitor.path + path, headers=both)).status_code == 404
    for path in ("/withdraw", "/handover", "/link", "/seen", "/photo/remove"):
        assert (await visitor.caller.client.post(visitor.path + path, headers=both)).status_code == 404
    form = CARD | {"version": "1", "words": "Noget helt andet"}
    assert (await visitor.caller.client.post(visitor.path, data=form, headers=both)).status_code == 404
    assert "Noget helt andet" not in (await visitor.get()).text


async def test_a_case_worker_of_another_municipality_finds_nothing(visitor: CardVisitor) -> None:
    await visitor.write()
    other = visitor.caller.headers("caseworker", municipality=HOLSTEBRO) | HTML
    for path in ("", "/edit", "/photo", "/card.pdf", "/withdraw"):
        assert (await visitor.caller.client.get(visitor.path + path, headers=other)).status_code == 404
    for path in ("/withdraw", "/handover", "/link", "/seen"):
        assert (await visitor.caller.client.post(visitor.path + path, headers=other)).status_code == 404
    assert STRUER not in (await visitor.caller.client.get(visitor.path, headers=other)).text


async def test_a_link_is_in_no_log_line_and_no_metric(visitor: CardVisitor, monkeypatch: pytest.MonkeyPatch) -> None:
    await visitor.write()
    link, own = await visitor.link(), await visitor.own_link()

    async def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(store, "valid_card", fail)
    monkeypatch.setattr(store, "find_card", fail)
    with capture_logs(processors=[merge_contextvars]) as logged:
        for path in (link, own):
            assert (await visitor.open(path)).status_code == 500
    metrics = (await visitor.caller.client.get("/metrics")).text
    assert [line["route"] for line in logged] == ["/card/{token}", "/card/mine/{token}"]
    assert "/card/{token}" in metrics
    for secret in (link.removeprefix("/card/"), own.removeprefix("/card/mine/")):
        assert secret not in f"{metrics} {logged}"
