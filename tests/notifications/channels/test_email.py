"""Sending mails to a real SMTP server, and interpreting its answers."""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from ipaddress import ip_address
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import ValidationError

from services.notifications.channels import email
from services.notifications.outcomes import TransientError, Undeliverable
from tests.notifications.mail_server import MailServer

if TYPE_CHECKING:
    from pathlib import Path

    from services.notifications.settings import NotificationsSettings

METTE = Address("Mette", "mette", "firma.example")


def a_message(recipient: Address = METTE) -> EmailMessage:
    message = EmailMessage()
    message["From"] = Address("Tilsagn", "tilsagn", "struer.example")
    message["To"] = recipient
    message["Subject"] = "Småjob"
    message.set_content("Kære Mette\n.\nVenlig hilsen\n", cte="quoted-printable")
    return message


async def test_the_server_gets_the_mail_unchanged(
    notifications_settings: NotificationsSettings, mail_server: MailServer
) -> None:
    await email.send(notifications_settings, METTE, a_message())
    (taken,) = mail_server.accepted
    assert taken.recipient == "mette@firma.example"
    assert taken.message["Subject"] == "Småjob"
    assert taken.text().splitlines() == ["Kære Mette", ".", "Venlig hilsen"]


@pytest.mark.parametrize("answer", ["550 No such user", "553 Not here", "501 What?"])
async def test_a_permanently_refused_recipient_is_undeliverable(
    notifications_settings: NotificationsSettings, mail_server: MailServer, answer: str
) -> None:
    mail_server.recipients["mette@firma.example"] = answer
    with pytest.raises(Undeliverable) as never:
        await email.send(notifications_settings, METTE, a_message())
    assert never.value.reason == f"recipient_{answer[:3]}"


async def test_a_permanently_refused_message_is_undeliverable(
    notifications_settings: NotificationsSettings, mail_server: MailServer
) -> None:
    mail_server.contents = ["554 Looks like spam"]
    with pytest.raises(Undeliverable, match="message_554"):
        await email.send(notifications_settings, METTE, a_message())


async def test_a_temporary_refusal_is_retried(
    notifications_settings: NotificationsSettings, mail_server: MailServer
) -> None:
    mail_server.recipients["mette@firma.example"] = "451 Greylisted"
    with pytest.raises(TransientError) as later:
        await email.send(notifications_settings, METTE, a_message())
    assert (later.value.reason, later.value.requested_by_server) == ("recipient_451", True)


async def test_an_unreachable_server_is_retried_soon(
    notifications_settings: NotificationsSettings, mail_server: MailServer
) -> None:
    await mail_server.stop()
    with pytest.raises(TransientError) as later:
        await email.send(notifications_settings, METTE, a_message())
    assert (later.value.reason, later.value.requested_by_server) == ("server_unreachable", False)


async def test_a_server_that_never_answers_times_out(
    notifications_settings: NotificationsSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(email, "CONNECT_SECONDS", 0.3)
    silent = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    with pytest.raises(TransientError, match="server_unreachable"):
        await email.send(notifications_settings.model_copy(update={"smtp_port": port}), METTE, a_message())
    silent.close()


async def test_a_server_that_hangs_up_after_its_250_has_taken_the_mail(
    notifications_settings: NotificationsSettings,
) -> None:
    taken = []

    async def rude(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 rude\r\n")
        for answer in (b"250 rude", b"250 OK", b"250 OK", b"354 Go on"):
            await reader.readline()
            writer.write(answer + b"\r\n")
        taken.append(await reader.readuntil(b"\r\n.\r\n"))
        writer.write(b"250 OK\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(rude, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    await email.send(notifications_settings.model_copy(update={"smtp_port": port}), METTE, a_message())
    assert len(taken) == 1
    server.close()


async def test_no_error_holds_an_address(
    notifications_settings: NotificationsSettings, mail_server: MailServer
) -> None:
    mail_server.recipients["mette@firma.example"] = "550 mette@firma.example is unknown"
    with pytest.raises(Undeliverable) as never:
        await email.send(notifications_settings, METTE, a_message())
    error: BaseException | None = never.value
    assert "mette" not in repr(error)
    assert error is not None
    assert error.__suppress_context__


async def test_an_internationalised_mailbox_needs_a_server_with_smtputf8(
    notifications_settings: NotificationsSettings, mail_server: MailServer
) -> None:
    soeren = Address("Søren", "søren", "firma.example")
    with pytest.raises(Undeliverable, match="needs_smtputf8"):
        await email.send(notifications_settings, soeren, a_message(soeren))
    mail_server.smtputf8 = True
    await email.send(notifications_settings, soeren, a_message(soeren))
    assert [taken.recipient for taken in mail_server.accepted] == ["søren@firma.example"]


def _certificate(folder: Path) -> Path:
    """A self-signed certificate for 127.0.0.1, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path


async def test_over_starttls_it_authenticates_and_sends_encrypted(
    notifications_settings: NotificationsSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = _certificate(tmp_path)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with MailServer(tls=tls, credentials=("tilsagn", "hemmeligt")) as server:
        settings = type(notifications_settings)(
            **notifications_settings.model_dump()
            | {
                "smtp_port": server.port,
                "smtp_starttls": True,
                "smtp_username": "tilsagn",
                "smtp_password": "hemmeligt",  # pragma: allowlist secret
            }
        )
        await email.send(settings, METTE, a_message())
        (taken,) = server.accepted
        assert taken.encrypted
        assert taken.user == "tilsagn"

        wrong = type(settings)(**settings.model_dump() | {"smtp_password": "forkert"})
        with pytest.raises(TransientError, match="server_535"):
            await email.send(wrong, METTE, a_message())


async def test_a_server_with_an_untrusted_certificate_gets_no_mail(
    notifications_settings: NotificationsSettings, tmp_path: Path
) -> None:
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(_certificate(tmp_path))
    async with MailServer(tls=tls) as server:
        settings = notifications_settings.model_copy(update={"smtp_port": server.port, "smtp_starttls": True})
        with pytest.raises(TransientError, match="server_unreachable"):
            await email.send(settings, METTE, a_message())
        assert server.accepted == []


async def test_a_server_without_starttls_gets_no_mail_where_it_is_required(
    notifications_settings: NotificationsSettings, mail_server: MailServer
) -> None:
    settings = notifications_settings.model_copy(update={"smtp_starttls": True})
    with pytest.raises(TransientError):
        await email.send(settings, METTE, a_message())
    assert mail_server.accepted == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"sender": "nobody"},
        {"sender": "a@b.example, c@d.example"},
        {"sender": "Eve\r\nBcc: x@y.example <a@b.example>"},
        {"smtp_username": "tilsagn"},
        {
            "smtp_host": "mail.example",
            "smtp_username": "tilsagn",
            "smtp_password": "in the clear",  # pragma: allowlist secret
        },
    ],
)
def test_unsafe_settings_are_refused(notifications_settings: NotificationsSettings, wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        type(notifications_settings)(**notifications_settings.model_dump() | wrong)
