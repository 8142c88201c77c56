"""Mail over SMTP: one message, one connection, and a clear answer whether the server has taken it."""

from __future__ import annotations

import contextlib
from email import policy
from typing import TYPE_CHECKING

import aiosmtplib

from services.notifications.outcomes import TryLater, Undeliverable

if TYPE_CHECKING:
    from email.headerregistry import Address
    from email.message import EmailMessage

    from services.notifications.settings import NotificationsSettings

CONNECT_SECONDS = 10.0
COMMAND_SECONDS = 30.0
ACCEPT_SECONDS = 300.0
"""A server may scan a message before it takes it. Giving up early means sending it twice: the standard asks for
ten minutes (RFC 5321, section 4.5.3.2.6). The courier renews its claim meanwhile."""
QUIT_SECONDS = 2.0


async def send(settings: NotificationsSettings, recipient: Address, message: EmailMessage) -> None:
    """Hand `message` over. Returns once the server has taken responsibility for it (its 250).

    Raises:
        Undeliverable: the server refuses this recipient or this message for good (5xx).
        TryLater: anything else, from a server that is away to one that asks us to come back (4xx). Our own
            settings being refused (authentication, sender) counts as such: somebody will mend them.
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
            await _converse(smtp, settings.sender_address.addr_spec, recipient.addr_spec, message)
        finally:
            await _say_goodbye(smtp)
    except aiosmtplib.SMTPRecipientRefused as refused:
        raise _verdict("recipient", refused.code) from None
    except aiosmtplib.SMTPDataError as refused:
        raise _verdict("message", refused.code) from None
    except aiosmtplib.SMTPResponseException as refused:
        raise TryLater(f"server_{refused.code}", server_spoke=True) from None
    except (TimeoutError, aiosmtplib.SMTPException, OSError):
        # Not chained: a library's words may name the recipient.
        raise TryLater("server_unreachable") from None


async def _converse(smtp: aiosmtplib.SMTP, sender: str, recipient: str, message: EmailMessage) -> None:
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


def _verdict(part: str, code: int) -> Exception:
    if 500 <= code <= 599:
        return Undeliverable(f"{part}_{code}")
    return TryLater(f"{part}_{code}", server_spoke=True)


async def _say_goodbye(smtp: aiosmtplib.SMTP) -> None:
    """The answer has been given by now: a server that hangs up rudely takes nothing back."""
    with contextlib.suppress(aiosmtplib.SMTPException, OSError):
        if smtp.is_connected:
            await smtp.quit(timeout=QUIT_SECONDS)
    smtp.close()
