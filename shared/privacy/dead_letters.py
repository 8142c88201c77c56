"""Personal data in dead letters: their retention job, and how a person is found in them."""

from __future__ import annotations

from typing import Final

from shared.privacy.retention import Job
from shared.privacy.subjects import SubjectLookup

DEAD_LETTERS: Final = Job(
    name="dead_letters",
    overdue="""
        select id,
               recorded_at as since
          from dead_letters
         where recorded_at < current_date - make_interval(months => $1)
    """,
    remove="""
        delete from dead_letters
         where id in (select id from overdue)
        returning id
    """,
    of_taskforces=False,
)

_TEXT: Final = "coalesce(encode(letter.value, 'escape'), '') || letter.headers::text || letter.detail"
_MENTIONS: Final = """
        select letter.id
          from dead_letters as letter,
               identifiers,
               -- `offset 0` so that a letter is read once
               lateral (select dead_letter_text(letter.value, letter.headers, letter.detail) offset 0) as read (content)
         where case when content ~ any (identifiers.likely_mentions) then content ~ any (identifiers.mentions) end
"""
_NAMES_TASKFORCE: Final = f"strpos({_TEXT}, nullif(current_setting('app.taskforce', true), '')) > 0"

DEAD_LETTERS_LOOKUP: Final = SubjectLookup(
    "dead_letters",
    "dead_letters",
    find=_MENTIONS,
    erase="delete from dead_letters where id = any ($1) returning id",
    of_taskforces=False,
)
"""A dead letter may hold anything. It is searched for whole addresses and telephone numbers."""

DEAD_LETTERS_LOOKUP_OF_TASKFORCE: Final = SubjectLookup(
    "dead_letters",
    "dead_letters",
    find=f"{_MENTIONS} and {_NAMES_TASKFORCE}",
    erase=f"""
        delete from dead_letters as letter
         where id = any ($1)
           and {_NAMES_TASKFORCE}
        returning id
    """,  # noqa: S608  (our own statement)
    of_taskforces=False,
)
"""Only dead letters that name the taskforce, so that one taskforce does not see those of another."""
