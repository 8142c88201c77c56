"""Validation errors of pydantic as field errors: the field, a stable code, and a sentence in the current language."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core.core_schema import ErrorType

from shared.i18n.translations import gettext as _
from shared.i18n.translations import ngettext

Schema = TypeVar("Schema", bound=BaseModel)


@dataclass(frozen=True)
class FieldError:
    """One invalid field.

    Attributes:
        pointer: a JSON pointer into the body (`/company/name`); for a parameter `?name` (query), `{name}` (path) or the
            header's name followed by a colon.
        code: stable, for programs.
        message: translated, for people.
    """

    pointer: str
    code: str
    message: str


def _escaped(part: object) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")


def pointer(location: Sequence[int | str]) -> str:
    """Return the pointer of a location as FastAPI gives it (`("body", "company", "name")`)."""
    if not location:
        return ""
    where, rest = location[0], location[1:]
    match where:
        case "query":
            return "?" + ".".join(map(str, rest))
        case "path":
            return "{" + ".".join(map(str, rest)) + "}"
        case "header" | "cookie":
            return ".".join(map(str, rest)) + ":"
        case "body":
            return "".join("/" + _escaped(part) for part in rest)
    return "".join("/" + _escaped(part) for part in location)


def _at_least(context: Mapping[str, Any]) -> str:
    return _("Must be at least %(limit)s.", limit=context.get("ge"))


def _at_most(context: Mapping[str, Any]) -> str:
    return _("Must be at most %(limit)s.", limit=context.get("le"))


def _too_short(context: Mapping[str, Any]) -> str:
    shortest = int(context.get("min_length", 1))
    if shortest <= 1:
        return _("Must be filled in.")
    return ngettext("Must have at least %(number)s character.", "Must have at least %(number)s characters.", shortest)


def _too_long(context: Mapping[str, Any]) -> str:
    longest = int(context.get("max_length", 0))
    return ngettext("Must have at most %(number)s character.", "Must have at most %(number)s characters.", longest)


def _is_text(context: Mapping[str, Any]) -> bool:
    """Whether a length is that of a text. After a validator of ours pydantic does not know the type of the value."""
    return context.get("field_type") == "Value"


def _too_few(context: Mapping[str, Any]) -> str:
    if _is_text(context):
        return _too_short(context)
    fewest = int(context.get("min_length", 1))
    return ngettext("Choose at least %(number)s.", "Choose at least %(number)s.", fewest)


def _too_many(context: Mapping[str, Any]) -> str:
    if _is_text(context):
        return _too_long(context)
    limit = int(context.get("max_length", 0))
    return ngettext("Choose at most %(number)s.", "Choose at most %(number)s.", limit)


def _pattern_sentence(context: Mapping[str, Any]) -> str:
    # Most fields with a pattern that people fill in are mail addresses.
    if "@" in str(context.get("pattern", "")):
        return _("Is not a whole mail address, such as name@company.dk.")
    return _("Does not have the right form.")


def _validator_sentence(context: Mapping[str, Any]) -> str:
    """Return the translated text of a ValueError that one of our validators raised. Such texts contain no input."""
    error = context.get("error")
    return _(str(error)) if error else _("Is not valid.")


_SENTENCES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "missing": lambda _context: _("Must be filled in."),
    "greater_than_equal": _at_least,
    "greater_than": lambda context: _("Must be more than %(limit)s.", limit=context.get("gt")),
    "less_than_equal": _at_most,
    "less_than": lambda context: _("Must be less than %(limit)s.", limit=context.get("lt")),
    "string_too_short": _too_short,
    "string_too_long": _too_long,
    "too_short": _too_few,
    "too_long": _too_many,
    "value_error": _validator_sentence,
    "assertion_error": _validator_sentence,
    "extra_forbidden": lambda _context: _("Is not a known field."),
    "enum": lambda _context: _("Is not one of the possible choices."),
    "literal_error": lambda _context: _("Is not one of the possible choices."),
    "string_pattern_mismatch": _pattern_sentence,
    "string_unicode": lambda _context: _("Contains characters that are not text."),
    "timezone_aware": lambda _context: _("Must say its time zone."),
    "finite_number": lambda _context: _("Must be a whole number or a decimal number."),
}

_SENTENCES_BY_PREFIX: Sequence[tuple[str, Callable[[], str]]] = (
    ("int_", lambda: _("Must be a whole number.")),
    ("float_", lambda: _("Must be a whole number or a decimal number.")),
    ("decimal_", lambda: _("Must be a whole number or a decimal number.")),
    ("bool_", lambda: _("Must be yes or no.")),
    ("string_", lambda: _("Must be text.")),
    ("uuid_", lambda: _("Is not a valid identifier.")),
    ("datetime_", lambda: _("Must be a date and a time.")),
    ("date_", lambda: _("Must be a date.")),
    ("time_", lambda: _("Must be a time.")),
    ("list_", lambda: _("Must be a list.")),
    ("dict_", lambda: _("Must be an object.")),
    ("model_", lambda: _("Must be an object.")),
)


_PYDANTIC_CODES = frozenset(get_args(ErrorType))


def sentence(code: str, context: Mapping[str, Any] | None = None, message: str = "") -> str:
    """Return the sentence for an error of pydantic's type `code`; `message` is pydantic's own text.

    The result never contains the input. Pydantic's own texts may contain it, so `message` is only used, translated, if
    the type is one of ours (`PydanticCustomError`).
    """
    if code in _SENTENCES:
        return _SENTENCES[code](context or {})
    if message and code not in _PYDANTIC_CODES:
        return _(message)
    for prefix, text in _SENTENCES_BY_PREFIX:
        if code.startswith(prefix):
            return text()
    return _("Is not valid.")


def field_errors(details: Iterable[Mapping[str, Any]]) -> list[FieldError]:
    """Return an error list of pydantic or FastAPI as field errors, in its order, without duplicates."""
    found = [
        FieldError(
            pointer(detail["loc"]), detail["type"], sentence(detail["type"], detail.get("ctx"), detail.get("msg", ""))
        )
        for detail in details
    ]
    return list(dict.fromkeys(found))


def read_as(schema: type[Schema], body: object) -> Schema | list[FieldError]:
    """Return a body, or one part of a list, as the API reads it, or what is wrong with it."""
    try:
        return schema.model_validate(body)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        return field_errors({**detail, "loc": ("body", *detail["loc"])} for detail in details)
