"""How long what is in every service's database is kept: letters that could not be read."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from shared.privacy.register import FILE as _NAME
from shared.privacy.retention import Job

FILE: Final = Path(__file__).with_name(_NAME)
"""The register of the tables that every service has."""

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
