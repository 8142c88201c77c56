"""The ends of quarters that stand for a pair of times."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from services.dashboard.measures.selection import Times, quarter_ends

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
IN_OCTOBER = datetime(2026, 9, 30, 22, 0, tzinfo=UTC)
"""The beginning of October in Copenhagen."""


@pytest.mark.parametrize(
    ("as_of", "known_at", "day", "moment"),
    [
        (date(2026, 11, 30), None, date(2026, 9, 30), IN_OCTOBER),
        (date(2030, 1, 1), None, date(2026, 9, 30), IN_OCTOBER),
        (date(2026, 3, 31), None, date(2026, 3, 31), IN_OCTOBER),
        (date(2026, 3, 30), None, date(2025, 12, 31), IN_OCTOBER),
        # The quarter ends within the second that was asked for.
        (date(2026, 9, 30), IN_OCTOBER, date(2026, 9, 30), IN_OCTOBER),
        (date(2026, 9, 30), datetime(2026, 9, 30, 21, 59, tzinfo=UTC), date(2026, 6, 30), None),
        (date.min, datetime.min.replace(tzinfo=UTC), date(1899, 12, 31), None),
        (date.max, None, date(2026, 9, 30), IN_OCTOBER),
    ],
)
def test_all_times_of_a_quarter_have_the_same_ends(
    as_of: date, known_at: datetime | None, day: date, moment: datetime | None
) -> None:
    found = quarter_ends(Times(as_of, known_at), now=NOW)
    assert found.as_of == day
    assert moment is None or found.known_at == moment
