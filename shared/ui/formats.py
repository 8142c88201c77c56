"""Formats dates, times and numbers for people, in the current language and in Danish time.

Danish: 31.12.2026 · kl. 14.30 · tirsdag den 1. december 2026 · 4. kvartal 2026 · uge 49 · 1.234,5
English: 31 December 2026 · 14:30 · Tuesday 1 December 2026 · Q4 2026 · week 49 · 1,234.5
"""

from datetime import UTC, date, datetime, time
from decimal import Decimal

from babel.dates import format_date

from shared.fields.copenhagen import COPENHAGEN, comes_twice
from shared.i18n.translations import current_language

_DANISH_SEPARATORS = str.maketrans(",.", ".,")
_BABEL = {"da": "da_DK", "en": "en_GB"}


def _danish(language: str | None) -> bool:
    return (language or current_language()) == "da"


_CLOCK_SETTINGS = (("sommertid", "summer time"), ("vintertid", "winter time"))


def _locale(language: str | None) -> str:
    return _BABEL[language or current_language()]


def local_time(moment: datetime) -> datetime:
    """Return the moment in Europe/Copenhagen. A moment without a zone counts as UTC, as it is stored."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(COPENHAGEN)


def local_date(value: date) -> date:
    """Return the calendar day of a date or moment in Denmark."""
    return local_time(value).date() if isinstance(value, datetime) else value


def date_text(value: date, *, language: str | None = None) -> str:
    """31.12.2026 or 31 December 2026."""
    day = local_date(value)
    if _danish(language):
        return f"{day.day:02}.{day.month:02}.{day.year:04}"
    return format_date(day, "d MMMM y", locale="en_GB")


def long_date(value: date, *, language: str | None = None) -> str:
    """tirsdag den 1. december 2026 or Tuesday 1 December 2026."""
    pattern = "EEEE 'den' d. MMMM y" if _danish(language) else "EEEE d MMMM y"
    return format_date(local_date(value), pattern, locale=_locale(language))


def month_text(value: date, *, language: str | None = None) -> str:
    """december 2026 or December 2026."""
    return format_date(local_date(value), "MMMM y", locale=_locale(language))


def time_text(value: datetime | time, *, language: str | None = None) -> str:
    """kl. 14.30 or 14:30; in the hour that comes twice when summer time ends, with which one it is."""
    clock = local_time(value) if isinstance(value, datetime) else value
    shown = f"kl. {clock.hour:02}.{clock.minute:02}" if _danish(language) else f"{clock.hour:02}:{clock.minute:02}"
    if isinstance(clock, datetime) and comes_twice(clock):
        return f"{shown} ({_CLOCK_SETTINGS[clock.fold][0 if _danish(language) else 1]})"
    return shown


def moment_text(value: datetime, *, language: str | None = None) -> str:
    """31.12.2026 kl. 14.30 or 31 December 2026, 14:30."""
    separator = " " if _danish(language) else ", "
    return date_text(value, language=language) + separator + time_text(value, language=language)


def quarter_text(value: date, *, language: str | None = None) -> str:
    """4. kvartal 2026 or Q4 2026."""
    day = local_date(value)
    quarter = (day.month + 2) // 3
    return f"{quarter}. kvartal {day.year}" if _danish(language) else f"Q{quarter} {day.year}"


def week_text(value: date, *, language: str | None = None) -> str:
    """uge 49 or week 49: the ISO week, Monday first."""
    week = local_date(value).isocalendar().week
    return f"uge {week}" if _danish(language) else f"week {week}"


def number_text(value: float | Decimal, decimals: int | None = None, *, language: str | None = None) -> str:
    """Return 1.234,5 or 1,234.5. `decimals` fixes their number; None shows up to three, without trailing zeros."""
    # Not by Babel, which parses its pattern each time: a page of charts formats hundreds of numbers.
    text = f"{value:,.{3 if decimals is None else decimals}f}"
    if decimals is None:
        text = text.rstrip("0").rstrip(".")
    if text.strip("-0.") == "":
        text = text.lstrip("-")
    return text.translate(_DANISH_SEPARATORS) if _danish(language) else text


def percent_text(share: float | Decimal, decimals: int = 0, *, language: str | None = None) -> str:
    """Return a share of 1 as 32 % (Danish, with a no-break space) or 32%."""
    text = number_text(Decimal(str(share)) * 100, decimals, language=language)
    return f"{text}\N{NO-BREAK SPACE}%" if _danish(language) else f"{text}%"


def iso(value: date | datetime) -> str:
    """Return ISO 8601 for `<time datetime>`; moments in UTC."""
    if isinstance(value, datetime):
        return local_time(value).astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat()


FILTERS = {
    "date": date_text,
    "long_date": long_date,
    "month": month_text,
    "time": time_text,
    "moment": moment_text,
    "quarter": quarter_text,
    "week": week_text,
    "number": number_text,
    "percent": percent_text,
    "iso": iso,
}
"""The functions above by their names in templates: `{{ pledge.captured_at | moment }}`."""
