"""Mail over SMTP: one message, one connection, and a definite answer whether the server has accepted it."""

from __future__ import annotations

import contextlib
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING

import aiosmtplib

from services.notifications.outcomes import TransientError, Undeliverable

if TYPE_CHECKING:
    from datetime import datetime
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


class EmailChannel:
    """Sends notices as mails in plain text and HTML."""

    def __init__(self, settings: NotificationsSettings) -> None:
        self._settings = settings

    async def send(self, delivery_id: UUID, recipient: Recipient, content: Content, *, now: datetime) -> None:
        """See `Channel.send`: the mail is with the server once it has answered 250."""
        message = compose(self._settings, delivery_id, recipient, content, now=now)
        await send(self._settings, recipient.address, message)


def compose(
    settings: NotificationsSettings, delivery_id: UUID, recipient: Recipient, content: Content, *, now: datetime
) -> EmailMessage:
    """Return the mail of a delivery. Its Message-ID follows from `delivery_id`; `now` is for the Date header."""
    sender = settings.sender_address
    message = EmailMessage()
    message["From"] = Address(content.signed_by or sender.display_name, sender.username, sender.domain)
    message["To"] = recipient.address
    message["Subject"] = content.subject
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


async def send(settings: NotificationsSettings, recipient: Address, message: EmailMessage) -> None:
    """Send `message` to the mail server. Returns once the server has accepted it (250).

    Raises:
        Undeliverable: the server refuses this recipient or this message permanently (5xx).
        TransientError: any other failure: the server is unreachable, asks for a retry (4xx), or refuses our own
            settings (authentication, sender), which somebody will correct.
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
        encoding, options, content = "ascii", [], message.as_bytes(policy=policy.SMTP)
    else:
        await smtp.ehlo()
        if not smtp.supports_extension("smtputf8"):
            raise Undeliverable("needs_smtputf8")
        encoding, options, content = "utf-8", ["SMTPUTF8", "BODY=8BITMIME"], message.as_bytes(policy=policy.SMTPUTF8)
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
