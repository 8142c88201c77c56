"""The free texts and references to people that messages may carry, each with the reason.

`tests/contracts/test_privacy.py` fails for a field that looks personal and is not listed here, and for an entry without
its field.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_COMPANY: Final = "public fact of a company that is nobody's own; absent for one that is (CompanyRegistered)"
_ANNOUNCED: Final = "what the taskforce announces to everybody"
_CODES: Final = "codes of a list that is ours: what is no code is not accepted"
_ACCOUNT: Final = "an account's number, known to the events service alone; after its erasure it is nobody's"

ALLOWED: Final[Mapping[tuple[str, str], str]] = MappingProxyType(
    {
        ("TaskforceRegistered", "name"): "the taskforce's own name",
        ("CompanyRegistered", "name"): _COMPANY,
        ("CompanyRegistered", "industry"): _COMPANY,
        ("CompanyRegistered", "personally_owned"): "says that the name is kept back, and not whose it is",
        ("EmployerEventState", "title"): _ANNOUNCED,
        ("EmployerEventState", "place"): _ANNOUNCED,
        ("PledgeState", "tasks"): _CODES,
        ("PledgeState", "flags"): _CODES,
        ("PledgeState", "captured_by"): "how it was captured, one of five words; no person",
        ("PledgeState", "logged_by"): _ACCOUNT,
        ("HireState", "logged_by"): _ACCOUNT,
        (
            "HireState",
            "citizen_id",
        ): "a random number that only pledges can assign to a person; after their erasure it is nobody's",
        ("HireState", "end_reason"): "one of eight words about a job; nobody can be recognised by it",
        ("CallListIssued", "person_id"): _ACCOUNT,
        ("PersonInvited", "person_id"): _ACCOUNT,
        ("MeetingPackIssued", "person_id"): _ACCOUNT,
        ("MailState", "notice"): "the code of a kind of mail",
        ("MailState", "recipient"): "whether it goes to a company or to one of our people, and not whom",
        ("MailState", "reason"): "a code: why it was not sent; never an address or the text of a server's answer",
        ("SignInLinkRequested", "person_id"): _ACCOUNT,
    }
)
"""By the class that declares the field, and the field's name."""
