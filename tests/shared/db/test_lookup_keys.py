"""The SQL functions by which stored addresses and numbers are found: they know each spelling that is accepted."""

from __future__ import annotations

import random
import unicodedata
from typing import TYPE_CHECKING, Any

import asyncpg
from pydantic import TypeAdapter, ValidationError

from shared.fields.email import Email, email_spellings
from shared.fields.phone import Phone, phone_spellings
from tests.fuzz.persons import Persons

if TYPE_CHECKING:
    from tests.support.infrastructure import Databases

_FOUND = """
    select stored, typed
      from unnest($1::text[], $2::text[], $3::text[]) as row (stored, typed, spelling)
     group by stored, typed
    having not bool_or({key}(stored) = {spelling})
"""


async def test_an_address_and_a_number_are_found_as_stored_and_as_typed_in_every_spelling(databases: Databases) -> None:
    nowhere: Any = None
    persons = Persons(nowhere, nowhere, 7)
    rng = random.Random(7)
    emails: list[tuple[str, str, str]] = []
    phones: list[tuple[str, str, str]] = []
    for _ in range(200):
        person = persons._person()
        try:
            stored = TypeAdapter(Email).validate_python(person.email)
        except ValidationError:
            continue
        for typed in [person.email, *person.spellings(rng)]:
            for before in {stored, person.email, unicodedata.normalize("NFD", person.email)}:
                emails += [(before, typed, spelling) for spelling in email_spellings(typed) or [""]]
        number = TypeAdapter(Phone).validate_python(person.phone)
        phones += [
            (before, person.phone, spelling)
            for before in {number, person.phone}
            for spelling in phone_spellings(person.phone) or [""]
        ]
    assert len(emails) > 2_000

    conn = await asyncpg.connect(databases.app_dsn("pledges"))
    try:
        lost = await conn.fetch(
            _FOUND.format(key="lookup_key", spelling="lookup_key(spelling)"), *zip(*emails, strict=True)
        )
        lost += await conn.fetch(_FOUND.format(key="phone_key", spelling="spelling"), *zip(*phones, strict=True))
    finally:
        await conn.close()
    assert [tuple(row) for row in lost] == []
