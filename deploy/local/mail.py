"""The SMTP server of the local run: it accepts every mail, delivers none, and stores them as .eml files."""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
import socket
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser
from pathlib import Path
from typing import Final

from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.local.files import write_atomically

KEPT: Final = 1000
"""The maximum number of stored mails; the oldest are deleted first."""
SIZE_LIMIT: Final = 10 * 1024 * 1024  # bytes a mail

_NAME = re.compile(r"^\d{19}-[0-9a-f]{8}$")


@dataclass(frozen=True)
class Mail:
    """A caught mail with the fields for a list. All values are untrusted: escape them."""

    name: str
    received_at: datetime
    sender: str
    recipients: str
    subject: str


@dataclass(frozen=True)
class OpenedMail(Mail):
    """A caught mail with its content as plain text; the markup of HTML parts is shown as text."""

    text: str
    is_markup: bool
    attachments: tuple[str, ...]
    message_id: str


class MailStore:
    """A folder of mails. File names sort by time of arrival."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, content: bytes, recipients: list[str]) -> str:
        """Store a mail durably and return its name; the oldest above KEPT are deleted."""
        name = f"{time.time_ns():019d}-{secrets.token_hex(4)}"
        # One header line for each envelope recipient, like a delivering mail server.
        delivered = "".join(f"Delivered-To: {_one_line(recipient)}\r\n" for recipient in recipients)
        write_atomically(self._path(name), delivered.encode("utf-8", "replace") + content)
        for old in sorted(self.folder.glob("*.eml"))[:-KEPT]:
            old.unlink(missing_ok=True)
        return name

    def latest(self, limit: int = 100) -> list[Mail]:
        """Return the newest mails first."""
        names = sorted((path.stem for path in self.folder.glob("*.eml")), reverse=True)
        return [self._mail(name) for name in names if _NAME.match(name)][:limit]

    def open(self, name: str) -> OpenedMail | None:
        """Return one mail, or None if it does not exist."""
        raw = self.raw(name)
        if raw is None:
            return None
        message = BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(raw)
        body = message.get_body(preferencelist=("plain", "html"))
        listed = self._mail(name)
        return OpenedMail(
            **listed.__dict__,
            text=_text_of(body),
            is_markup=body is not None and body.get_content_subtype() == "html",
            attachments=tuple(part.get_filename() or part.get_content_type() for part in message.iter_attachments()),
            message_id=_header(message, "message-id"),
        )

    def raw(self, name: str) -> bytes | None:
        """Return the source of a mail, or None if it does not exist."""
        if not _NAME.match(name):
            return None
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            return None

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.eml"

    def _mail(self, name: str) -> Mail:
        with self._path(name).open("rb") as file:
            message = BytesParser(_class=EmailMessage, policy=policy.default).parse(file, headersonly=True)
        recipients = [str(value) for value in message.get_all("delivered-to", [])]
        return Mail(
            name=name,
            received_at=datetime.fromtimestamp(int(name.partition("-")[0]) / 1e9, UTC),
            sender=_header(message, "from"),
            recipients=", ".join(recipients) or _header(message, "to"),
            subject=_header(message, "subject"),
        )


class MailCatcher:
    """An SMTP server on a listening socket in the running event loop, which stores mails in a store."""

    def __init__(self, store: MailStore) -> None:
        self._store = store
        self._server: asyncio.Server | None = None

    async def start(self, listening: socket.socket) -> None:
        """Start accepting mails."""
        # aiosmtpd logs every address.
        logging.getLogger("mail.log").setLevel(logging.ERROR)
        loop = asyncio.get_running_loop()

        def protocol() -> SMTP:
            return SMTP(
                self,
                data_size_limit=SIZE_LIMIT,
                enable_SMTPUTF8=True,
                hostname="localhost",
                ident="Tilsagn, local run: nothing leaves this machine",
                timeout=60,
                loop=loop,
            )

        self._server = await loop.create_server(protocol, sock=listening)

    async def stop(self) -> None:
        """Stop accepting mails; mails answered with 250 are on disk."""
        if self._server is not None:
            self._server.close()
            self._server = None

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """aiosmtpd's hook: return the SMTP response after a mail has been received."""
        content = envelope.content or b""
        raw = content.encode("utf-8") if isinstance(content, str) else content
        try:
            name = await asyncio.to_thread(self._store.keep, raw, list(envelope.rcpt_tos))
        except OSError:
            return "452 Requested action not taken: the mail could not be written"
        return f"250 OK kept as {name}"


def _text_of(body: MIMEPart | None) -> str:
    if body is None:
        return ""
    try:
        return str(body.get_content())
    except (LookupError, UnicodeError):
        raw = body.get_payload(decode=True)
        return raw.decode("utf-8", "replace") if isinstance(raw, bytes) else ""


def _header(message: EmailMessage, name: str) -> str:
    return _one_line(str(message.get(name, "")))


def _one_line(text: str) -> str:
    return " ".join(text.split())
