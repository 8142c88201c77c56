"""Mail over SMTP: one message, one connection, and a definite answer whether the server has accepted it."""

from __future__ import annotations

import base64
import contextlib
import re
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, Final

import aiosmtplib

from services.notifications.outcomes import TransientError, Undeliverable

if TYPE_CHECKING:
    from datetime import datetime
    from email.headerregistry import Address
    from uuid import UUID

    from services.notifications.notices.content import Content
    from services.notifications.notices.notice import Recipient
    from services.notifications.settings import NotificationsSettings

CONNECT_SECONDS = 10.0
COMMAND_SECONDS = 30.0
ACCEPT_SECONDS = 300.0
"""A server may scan a message before it accepts it. Giving up early means sending it twice: the standard asks for
ten minutes (RFC 5321, section 4.5.3.2.6). The courier renews its claim meanwhile."""
QUIT_SECONDS = 2.0

_PLAIN_TEXT: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 '-]{0,58}[A-Za-z0-9])?")
"""Header text that every reader understands as it is, and that needs no folding."""
_ENCODED_WORD_BYTES: Final = 39
"""39 bytes make an encoded word of 64 characters. With `Subject: ` before it, its line is not longer than the 76
characters that are allowed (RFC 2047, section 2)."""


class _HeadersAsSet(EmailPolicy):
    """Writes header values as they were set, encoded and folded already.

    The folding of the standard library splits a long display name with commas, quotes or an `@` into several addresses.
    """

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        return name, value


WIRE_FORMAT: Final = _HeadersAsSet(linesep="\r\n", refold_source="none")
"""The policy that writes a mail as it goes to the server."""


class EmailChannel:
    """Sends notices as mails in plain text and HTML."""

    def __init__(self, settings: NotificationsSettings) -> None:
        self._settings = settings

    async def send(self, delivery_id: UUID, recipient: Recipient, content: Content, *, now: datetime) -> None:
        """See `Channel.send`: the server has accepted the mail when it has answered 250."""
        message = compose(self._settings, delivery_id, recipient, content, now=now)
        await send(self._settings, recipient.address, message)


def compose(
    settings: NotificationsSettings, delivery_id: UUID, recipient: Recipient, content: Content, *, now: datetime
) -> EmailMessage:
    """Return the mail of a delivery. Its Message-ID follows from `delivery_id`; `now` is for the Date header."""
    sender = settings.sender_address
    message = EmailMessage(policy=WIRE_FORMAT)
    message["From"] = mailbox(content.signed_by or sender.display_name, sender.addr_spec)
    message["To"] = mailbox(recipient.address.display_name, recipient.address.addr_spec)
    message["Subject"] = header_text(content.subject)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{delivery_id}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    # The same for Exchange, which does not know the standard's header (RFC 3834).
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(content.text, cte="quoted-printable")
    message.add_alternative(content.html, subtype="html", cte="quoted-printable")
    # Last, because adding an alternative removes Content-… headers that are there.
    message["Content-Language"] = recipient.language
    return message


def header_text(text: str) -> str:
    """Return text as the value of a header, or as a display name in it: plain where that is safe, otherwise encoded.

    Long text becomes several encoded words (RFC 2047), one on each line. Readers join them without the line breaks.
    """
    if _PLAIN_TEXT.fullmatch(text):
        return text
    chunks = [b""]
    for char in text:
        encoded = char.encode(errors="replace")
        if len(chunks[-1]) + len(encoded) > _ENCODED_WORD_BYTES:
            chunks.append(b"")
        chunks[-1] += encoded
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(chunk).decode()}?=" for chunk in chunks)


def mailbox(display_name: str, addr_spec: str) -> str:
    """Return an address, with its display name where there is one, as the value of a header."""
    return f"{header_text(display_name)}\r\n <{addr_spec}>" if display_name else addr_spec


async def send(settings: NotificationsSettings, recipient: Address, message: EmailMessage) -> None:
    """Send `message` to the mail server. Returns once the server has accepted it (250).

    Raises:
        Undeliverable: the server refuses this recipient or this message permanently (5xx).
        TransientError: any other failure: the server is unreachable, asks for a retry (4xx), or refuses our own
            settings (authentication, sender), which the operator will correct.
    """
    smtp = aiosmtplib.SMTP(
        hostname=settings.smtp_host,
        port=settings.smtp_port,
        username=settings.smtp_username,
        password=settings.smtp_password.get_secret_value() if settings.smtp_password else None,
        local_hostname=settings.sender_address.domain,
        timeout=COMMAND_SECONDS,
        start_tls=settings.smtp_starttls,
    )
    try:
        await smtp.connect(timeout=CONNECT_SECONDS)
        try:
            await _transmit(smtp, settings.sender_address.addr_spec, recipient.addr_spec, message)
        finally:
            await _quit(smtp)
    except aiosmtplib.SMTPRecipientRefused as refused:
        raise _error_for("recipient", refused.code) from None
    except aiosmtplib.SMTPDataError as refused:
        raise _error_for("message", refused.code) from None
    except aiosmtplib.SMTPResponseException as refused:
        raise TransientError(f"server_{refused.code}", requested_by_server=True) from None
    except (TimeoutError, aiosmtplib.SMTPException, OSError):
        # Not chained: the text of a library's error may name the recipient.
        raise TransientError("server_unreachable") from None


async def _transmit(smtp: aiosmtplib.SMTP, sender: str, recipient: str, message: EmailMessage) -> None:
    if (sender + recipient).isascii():
        encoding, options, content = "ascii", [], message.as_bytes(policy=WIRE_FORMAT)
    else:
        await smtp.ehlo()
        if not smtp.supports_extension("smtputf8"):
            raise Undeliverable("needs_smtputf8")
        encoding, options = "utf-8", ["SMTPUTF8", "BODY=8BITMIME"]
        content = message.as_bytes(policy=WIRE_FORMAT.clone(utf8=True))
    await smtp.mail(sender, options=options, encoding=encoding)
    await smtp.rcpt(recipient, encoding=encoding)
    await smtp.data(content, timeout=ACCEPT_SECONDS)


def _error_for(part: str, code: int) -> Exception:
    if 500 <= code <= 599:
        return Undeliverable(f"{part}_{code}")
    return TransientError(f"{part}_{code}", requested_by_server=True)


async def _quit(smtp: aiosmtplib.SMTP) -> None:
    """End the session. The server has answered by now, so an error in here changes nothing."""
    with contextlib.suppress(aiosmtplib.SMTPException, OSError):
        if smtp.is_connected:
            await smtp.quit(timeout=QUIT_SECONDS)
    smtp.close()
