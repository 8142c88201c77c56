"""The mail catcher of the local run, and the page that shows its mails."""

from __future__ import annotations

from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import httpx
import pytest

from deploy.local import mail as module
from deploy.local.mail import MailCatcher, MailStore
from deploy.local.mailbox import COOKIE, MailboxSettings, create_mailbox
from deploy.local.ports import listening
from shared.http.auth import new_private_jwk, public_jwks

TOKEN = "the-token-in-the-terminal"
OPENED = {COOKIE: TOKEN}


@pytest.fixture
def store(tmp_path: Path) -> MailStore:
    return MailStore(tmp_path)


@pytest.fixture
async def smtp_port(store: MailStore) -> AsyncIterator[int]:
    socket = listening()
    catcher = MailCatcher(store)
    await catcher.start(socket)
    yield socket.getsockname()[1]
    await catcher.stop()


@pytest.fixture
async def page(store: MailStore) -> AsyncIterator[httpx.AsyncClient]:
    settings = MailboxSettings("http://localhost:8080", demo_mode=True, token_jwks=public_jwks(new_private_jwk()))
    transport = httpx.ASGITransport(create_mailbox(store, settings, token=TOKEN), client=("127.0.0.1", 40000))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8080", cookies=OPENED) as client:
        yield client


def letter(subject: str = "Jeres tilsagn", text: str = "Hej Åse\n\nTak for jeres tilsagn.\n") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Tilsagn <tilsagn@localhost.example>"
    message["To"] = "Åse Østergård <aase@bager.example>"
    message["Subject"] = subject
    message["Message-ID"] = "<1@tilsagn.example>"
    message.set_content(text)
    return message


async def send(port: int, message: EmailMessage, *recipients: str) -> None:
    await aiosmtplib.send(message, hostname="127.0.0.1", port=port, recipients=list(recipients) or None)


async def test_an_accepted_mail_is_stored_unchanged(store: MailStore, smtp_port: int) -> None:
    message = letter()
    await send(smtp_port, message, "aase@bager.example", "kopi@bager.example")
    (caught,) = store.latest()
    raw = store.raw(caught.name)
    assert raw is not None
    assert raw.endswith(message.as_bytes().replace(b"\n", b"\r\n"))
    assert caught.recipients == "aase@bager.example, kopi@bager.example"
    assert (store.folder / f"{caught.name}.eml").stat().st_mode & 0o777 == 0o600


async def test_a_mail_is_read_back_in_danish(store: MailStore, smtp_port: int) -> None:
    await send(smtp_port, letter(subject="Tak for jeres småjob – æøå"))
    opened = store.open(store.latest()[0].name)
    assert opened is not None
    assert opened.subject == "Tak for jeres småjob – æøå"
    assert opened.text.startswith("Hej Åse")
    assert opened.message_id == "<1@tilsagn.example>"


async def test_the_newest_mail_is_first_and_the_oldest_are_deleted(
    store: MailStore, smtp_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KEPT", 3)
    for number in range(5):
        await send(smtp_port, letter(subject=f"nr. {number}"))
    assert [mail.subject for mail in store.latest()] == ["nr. 4", "nr. 3", "nr. 2"]


async def test_a_mail_that_cannot_be_stored_is_not_accepted(
    store: MailStore, smtp_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "keep", full)
    with pytest.raises(aiosmtplib.SMTPResponseException) as refused:
        await send(smtp_port, letter())
    assert refused.value.code == 452


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe\x00", b"Subject: =?x?q?=ff?=\r\n\r\n\xff", b"Date: \x00\r\n\r\n"])
async def test_a_broken_mail_breaks_no_page(store: MailStore, page: httpx.AsyncClient, raw: bytes) -> None:
    name = store.keep(raw, ["somebody@x.example\r\nBcc: injected"])
    assert (await page.get("/mail")).status_code == 200
    assert (await page.get(f"/mail/{name}")).status_code == 200


async def test_nothing_in_a_mail_becomes_markup(store: MailStore, page: httpx.AsyncClient) -> None:
    evil = '<script>alert("x")</script>'
    message = letter(subject=f"Emne {evil}", text=f'{evil}\nhttp://localhost:8080/a?b=1&c="onclick=x\n')
    name = store.keep(message.as_bytes(), [f"{evil}@x.example"])
    for address in ("/mail", f"/mail/{name}"):
        answer = await page.get(address)
        assert "<script>alert" not in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert '<a href="http://localhost:8080/a?b=1&amp;c=" rel="noreferrer">' in answer.text


async def test_html_is_shown_as_text(store: MailStore, page: httpx.AsyncClient) -> None:
    message = letter()
    message.set_content("<h1>Hej</h1><img src='http://elsewhere.example/pixel'>", subtype="html")
    answer = await page.get(f"/mail/{store.keep(message.as_bytes(), ['a@b.example'])}")
    assert "&lt;h1&gt;Hej&lt;/h1&gt;" in answer.text
    assert "<img" not in answer.text


async def test_the_mail_can_be_fetched_as_a_file(store: MailStore, page: httpx.AsyncClient) -> None:
    name = store.keep(letter().as_bytes(), ["a@b.example"])
    answer = await page.get(f"/mail/{name}?raw=1")
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}.eml"'
    assert answer.content == store.raw(name)


@pytest.mark.parametrize("name", ["nothing", "..%2f..%2fetc%2fpasswd", "1795305607959960315-a8346cce"])
async def test_a_missing_mail_is_not_found(page: httpx.AsyncClient, name: str) -> None:
    assert (await page.get(f"/mail/{name}")).status_code == 404


async def test_speaks_both_languages(page: httpx.AsyncClient) -> None:
    assert "Der er ikke sendt nogen mails endnu." in (await page.get("/mail")).text
    assert "No mails have been sent yet." in (await page.get("/mail?lang=en")).text


@pytest.mark.parametrize("host", ["tilsagn.example", "localhost.evil.example:8080", "192.168.1.10:8080", "[::1]x"])
async def test_a_foreign_host_name_is_refused(page: httpx.AsyncClient, host: str) -> None:
    assert (await page.get("/mail", headers={"host": host})).status_code == 403


@pytest.mark.parametrize("address", ["192.168.1.20", "garbage", "", "::ffff:192.168.1.20"])
async def test_a_client_on_another_machine_is_refused(store: MailStore, address: str) -> None:
    settings = MailboxSettings("http://localhost:8080", demo_mode=True, token_jwks=public_jwks(new_private_jwk()))
    transport = httpx.ASGITransport(create_mailbox(store, settings, token=TOKEN), client=(address, 40000))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8080", cookies=OPENED) as client:
        assert (await client.get("/mail")).status_code == 403


@pytest.mark.parametrize(
    "name", ["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "forwarded", "via", "x-real-ip"]
)
async def test_a_forwarded_request_is_refused(page: httpx.AsyncClient, name: str) -> None:
    for value in ("127.0.0.1", "garbage", ""):
        assert (await page.get("/mail", headers={name: value})).status_code == 403


async def test_the_link_in_the_terminal_opens_the_mails_for_its_browser(
    store: MailStore, page: httpx.AsyncClient
) -> None:
    name = store.keep(letter().as_bytes(), ["a@b.example"])
    page.cookies.clear()
    for address in ("/mail", f"/mail/{name}", f"/mail/{name}?raw=1", "/mail?token=x", "/mail?token=%C3%A6"):
        closed = await page.get(address, headers={"accept": "text/html"})
        assert (closed.status_code, "Jeres tilsagn" in closed.text) == (403, False), address
        assert "Åbn linket efter “Mails” i den terminal" in closed.text
    opened = await page.get(f"/mail?token={TOKEN}")
    assert (opened.status_code, opened.headers["location"]) == (303, "/mail")
    assert opened.headers["set-cookie"].startswith(f"{COOKIE}={TOKEN}; HttpOnly; Path=/; SameSite=strict; Secure")
    assert "Jeres tilsagn" in (await page.get("/mail", headers={"cookie": f"{COOKIE}={TOKEN}"})).text
