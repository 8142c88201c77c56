"""Formats of dates and numbers in Danish and English."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from shared.i18n.translations import use_language
from shared.ui import formats

DAY = date(2026, 12, 1)
MOMENT = datetime(2026, 12, 1, 13, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("format_value", "danish", "english"),
    [
        (lambda: formats.date_text(date(2026, 12, 31)), "31.12.2026", "31 December 2026"),
        (lambda: formats.date_text(date(2026, 1, 2)), "02.01.2026", "2 January 2026"),
        (lambda: formats.long_date(DAY), "tirsdag den 1. december 2026", "Tuesday 1 December 2026"),
        (lambda: formats.month_text(DAY), "december 2026", "December 2026"),
        (lambda: formats.time_text(MOMENT), "kl. 14.30", "14:30"),
        (lambda: formats.time_text(time(9, 5)), "kl. 09.05", "09:05"),
        (lambda: formats.moment_text(MOMENT), "01.12.2026 kl. 14.30", "1 December 2026, 14:30"),
        (lambda: formats.quarter_text(DAY), "4. kvartal 2026", "Q4 2026"),
        (lambda: formats.week_text(date(2027, 1, 1)), "uge 53", "week 53"),
        (lambda: formats.number_text(1234.5), "1.234,5", "1,234.5"),
        (lambda: formats.number_text(6651787), "6.651.787", "6,651,787"),
        (lambda: formats.number_text(Decimal("0.5"), 2), "0,50", "0.50"),
        (lambda: formats.number_text(12.4, 0), "12", "12"),
        (lambda: formats.number_text(100), "100", "100"),
        (lambda: formats.number_text(-1234.56789), "-1.234,568", "-1,234.568"),
        (lambda: formats.number_text(-0.0001), "0", "0"),
        (lambda: formats.number_text(-0.04, 1), "0,0", "0.0"),
        (lambda: formats.percent_text(39 / 121), "32\N{NO-BREAK SPACE}%", "32%"),
    ],
)
def test_values_are_formatted_in_each_language(format_value, danish, english) -> None:  # type: ignore[no-untyped-def]
    with use_language("da"):
        assert format_value() == danish
    with use_language("en"):
        assert format_value() == english


def test_a_moment_is_shown_on_the_danish_day_it_fell_on() -> None:
    just_after_midnight = datetime(2026, 6, 30, 22, 15, tzinfo=UTC)
    assert formats.date_text(just_after_midnight) == "01.07.2026"
    assert formats.quarter_text(just_after_midnight) == "3. kvartal 2026"


def test_moments_around_the_end_of_summer_time_are_right() -> None:
    with use_language("da"):
        assert formats.time_text(datetime(2026, 10, 25, 0, 30, tzinfo=UTC)) == "kl. 02.30 (sommertid)"
        assert formats.moment_text(datetime(2026, 10, 25, 1, 30, tzinfo=UTC)) == "25.10.2026 kl. 02.30 (vintertid)"
        assert formats.time_text(datetime(2026, 10, 25, 2, 0, tzinfo=UTC)) == "kl. 03.00"
    with use_language("en"):
        assert formats.time_text(datetime(2026, 10, 25, 0, 30, tzinfo=UTC)) == "02:30 (summer time)"


def test_a_moment_without_a_zone_is_utc_as_it_is_stored() -> None:
    assert formats.time_text(datetime(2026, 12, 1, 13, 30)) == "kl. 14.30"  # noqa: DTZ001 - what is tested


def test_iso_is_in_utc() -> None:
    assert formats.iso(MOMENT) == "2026-12-01T13:30:00Z"
    assert formats.iso(DAY) == "2026-12-01"
