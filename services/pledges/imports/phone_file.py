"""Reading the file in which a phone saves the pledges that it could not send. No I/O.

A JSON object: `format` ("tilsagn-pledges"), `version` (1), `event_id`, `phone` and `pledges`, each of which is the body
that the phone would send to `POST /api/pledges/v1/pledges`. The bodies are taken as they are, because a pledge that has
arrived in another way is recognised by its id and its body.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from services.pledges.imports.report import NotOfAPhone
from services.pledges.pledges.forms import read_as
from services.pledges.pledges.schemas import PledgeIn
from shared.i18n.translations import N_

if TYPE_CHECKING:
    from shared.fields.validation import FieldError

FORMAT: Final = "tilsagn-pledges"
VERSION: Final = 1
MAX_BYTES: Final = 2 * 1024 * 1024
MAX_PLEDGES: Final = 1_000
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class CapturedPledge:
    """A pledge of the file.

    Attributes:
        number: the phone's running number, or its place in the file.
        body: as the phone would send it.
        read: the body as the API reads it, or what is wrong with it.
    """

    number: int
    body: Any
    read: PledgeIn | list[FieldError]

    @property
    def company(self) -> str:
        """The company's name; empty where the body cannot be read."""
        if isinstance(self.read, PledgeIn):
            return self.read.company.name
        company = self.body.get("company") if isinstance(self.body, dict) else None
        name = company.get("name") if isinstance(company, dict) else None
        return name if isinstance(name, str) else ""

    @property
    def is_practice(self) -> bool:
        """Whether it was captured for practice."""
        return isinstance(self.body, dict) and self.body.get("practice") is True


def is_phone_file(content: bytes) -> bool:
    """Whether a file is meant to be one of a phone: it begins like a JSON object."""
    return content.removeprefix(_BYTE_ORDER_MARK).lstrip()[:1] == b"{"


def read_phone_file(content: bytes) -> list[CapturedPledge]:
    """Return the pledges in a phone's file, in its order. One that is in it twice is returned once.

    Raises:
        NotOfAPhone: the file is damaged, of a newer version, or too large.
    """
    if len(content) > MAX_BYTES:
        raise NotOfAPhone(
            N_("The file is larger than %(megabytes)s MB. Split it into several."), megabytes=MAX_BYTES // 1024**2
        )
    try:
        file = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise NotOfAPhone(
            N_("The file is damaged: it does not end as it should. Save it on the phone again.")
        ) from None
    pledges = file.get("pledges") if isinstance(file, dict) else None
    if not isinstance(pledges, list) or file.get("format") != FORMAT:
        raise NotOfAPhone(N_("The file has no pledges of a phone in it."))
    if file.get("version") != VERSION:
        raise NotOfAPhone(N_("The file is of a newer version than this page knows. Update the installation first."))
    if len(pledges) > MAX_PLEDGES:
        raise NotOfAPhone(N_("The file has more than 1,000 pledges."))
    captured: dict[str, CapturedPledge] = {}
    for place, body in enumerate(pledges, start=1):
        read = read_as(PledgeIn, body)
        known_as = str(read.id) if isinstance(read, PledgeIn) else f"place {place}"
        captured.setdefault(known_as, CapturedPledge(_number(read, place), body, read))
    return list(captured.values())


def _number(read: PledgeIn | list[FieldError], place: int) -> int:
    return read.phone.number if isinstance(read, PledgeIn) and read.phone else place
