"""Messages of `notifications`: what became of the mails about pledges and hires."""

from __future__ import annotations

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts.message import Message

MailRecipient = Literal["company", "person"]
"""A mail goes to the company's contact, or to one of the taskforce's people."""


class MailState(Message):
    """The whole public state of a mail that needs no further attempt. Its text and its address are stored nowhere."""

    aggregate: ClassVar[str] = "notifications.mail"

    delivery_id: UUID
    notice: str = Field(description="the code of the kind of notice; a later release may add others")
    recipient: MailRecipient
    pledge_id: UUID | None = Field(None, description="the pledge that it is about, or whose hire")
    hire_id: UUID | None = None
    settled_at: AwareDatetime = Field(description="when the mail server took it, or it was given up")
    reason: str | None = Field(None, description="a code: why it was not sent; null: it was sent")

    @property
    def aggregate_id(self) -> UUID:
        return self.delivery_id


class MailSent(MailState):
    """The recipient's mail server has taken the mail. What it does with it later is not known."""


class MailUndeliverable(MailState):
    """The mail was not sent, and no attempt follows: the address is wrong, or nobody took it for 24 hours."""


MESSAGES: tuple[type[Message], ...] = (MailSent, MailUndeliverable)
"""Every message of the notifications service."""
