"""The headers of a mail as another program reads them, whatever is in a name or a subject."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from email import message_from_bytes, message_from_string, policy
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.utils import getaddresses
from typing import TYPE_CHECKING, Final
from uuid import UUID

import pytest

from services.notifications.channels.email import WIRE_FORMAT, compose, mailbox
from services.notifications.notices.content import Content
from services.notifications.notices.notice import Recipient

if TYPE_CHECKING:
    from services.notifications.settings import NotificationsSettings

HERE: Final = UUID("6f0f6b3a-3a52-5f7c-9a51-5f3a3f0b6c11")
NOW: Final = datetime(2026, 12, 1, 18, 4, 11, tzinfo=UTC)
ADDRESS: Final = "mette.von-og-til-langenavnesen@en-meget-lang-afdeling.virksomheden-i-struer.example"
SPECIALS: Final = "\"@,;:<>()[]\\.=?_ 'aæøåÆØÅéß1234567890"
LETTERS: Final = SPECIALS + "".join(
    char for char in map(chr, [*range(0x20, 0x3000), *range(0x4E00, 0x4E80), *range(0x1F600, 0x1F640)])
    if char.isprintable()
)  # fmt: skip


def as_sent(settings: NotificationsSettings, *, name: str, subject: str = "Tak", taskforce: str = "Struer") -> bytes:
    recipient = Recipient(Address(name, addr_spec=ADDRESS), "da")
    message = compose(settings, HERE, recipient, Content(subject, "Hej", "<p>Hej", taskforce), now=NOW)
    return message.as_bytes(policy=WIRE_FORMAT)


def decoded(value: str) -> str:
    """Encoded words as RFC 2047 reads them. `policy.default` of Python 3.11 leaves the line breaks between them in."""
    return str(make_header(decode_header(value)))


def random_text(choice: random.Random) -> str:
    pool = SPECIALS if choice.random() < 0.5 else LETTERS
    text = "".join(choice.choices(pool, k=choice.randint(1, 120)))
    return " ".join(text.split()) or "-"


def test_thousands_of_names_are_one_address_with_that_name_each() -> None:
    choice = random.Random(5)
    for _ in range(3000):
        name = random_text(choice)
        header = f"To: {mailbox(name, ADDRESS)}"
        ((shown, address),) = getaddresses([message_from_string(header)["To"]])
        assert (decoded(shown), address) == (name, ADDRESS)
        assert all(line.isascii() and len(line) <= 76 for line in header.split("\r\n")[:-1])


def test_a_whole_mail_keeps_its_headers_whatever_is_in_them(settings: NotificationsSettings) -> None:
    choice = random.Random(7)
    for _ in range(100):
        name, taskforce, subject = (random_text(choice) for _ in range(3))
        raw = as_sent(settings, name=name, subject=subject, taskforce=taskforce)
        mail, simple = message_from_bytes(raw, policy=policy.default), message_from_bytes(raw)
        assert [address.addr_spec for address in mail["To"].addresses] == [ADDRESS]
        assert [address.addr_spec for address in mail["From"].addresses] == ["tilsagn@struer.example"]
        assert decoded(getaddresses([simple["From"]])[0][0]) == taskforce
        assert decoded(simple["Subject"]) == subject == mail["Subject"]
        assert simple.keys() == message_from_bytes(as_sent(settings, name="Mette")).keys()


@pytest.mark.parametrize(
    "name",
    [
        "Hansen, Ole (mester) @ Hansens Tømrer- og Snedkerforretning, Struer og omegn, afdelingen for renovering",
        'Mette "Mesteren" Sørensen, indehaver af virksomheden og formand for handelsstandsforeningen i byen',
        "=?utf-8?q?Eve=0D=0ABcc:_x=40y.example?=",
        "mette@firma.example, alle@firma.example" * 3,
    ],
)
def test_a_name_with_specials_survives_folding(settings: NotificationsSettings, name: str) -> None:
    raw = as_sent(settings, name=name)
    (address,) = message_from_bytes(raw, policy=policy.default)["To"].addresses
    assert address.addr_spec == ADDRESS
    assert decoded(getaddresses([message_from_bytes(raw)["To"]])[0][0]) == name


def test_a_name_of_simple_letters_stays_readable(settings: NotificationsSettings) -> None:
    assert b"From: Taskforce Struer\r\n <tilsagn@struer.example>\r\n" in as_sent(
        settings, name="Mette", taskforce="Taskforce Struer"
    )
