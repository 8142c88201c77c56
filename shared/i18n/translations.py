"""Languages and translations. The English text is the key; Danish is in `.po` files, which are read directly.

The catalog of a service is `shared/i18n/locale/da.po` and all `locale/da.po` files of the service; the service's own
translations take precedence. `shared.http.middleware` sets the language of a request; a worker that writes a mail uses
`use_language("da", service="notifications")`.
"""

import functools
import gettext as stdlib_gettext
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from babel.messages.catalog import Catalog as PoFile
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

Language = Literal["da", "en"]
LANGUAGES: tuple[Language, ...] = ("da", "en")
DEFAULT_LANGUAGE: Language = "da"
LANGUAGE_COOKIE = "__Host-lang"

_ROOT = Path(__file__).resolve().parents[2]
_SHARED_LOCALE = Path(__file__).with_name("locale")


@dataclass(frozen=True)
class Catalog:
    """A language and its translations."""

    language: Language
    translations: stdlib_gettext.NullTranslations


def catalogs(service: str, language: str = "da") -> list[Path]:
    """Return the `.po` files of a service: its own and those of its feature packages."""
    return sorted((_ROOT / "services" / service).glob(f"**/locale/{language}.po"))


def _read(path: Path) -> PoFile:
    with path.open("rb") as file:
        return read_po(file, locale="da", abort_invalid=True)


def _merged(files: Iterable[PoFile]) -> stdlib_gettext.GNUTranslations:
    """Return the translations of all files as one table, so that a message is looked up once. The first one counts."""
    merged, *others = files
    for other in others:
        for message in other:
            known = merged.get(message.id, message.context)
            if message.string and not message.fuzzy and (known is None or not known.string or known.fuzzy):
                if known is not None:
                    merged.delete(message.id, message.context)
                merged[message.id] = message
    compiled = io.BytesIO()
    write_mo(compiled, merged)
    compiled.seek(0)
    return stdlib_gettext.GNUTranslations(compiled)


@functools.cache
def load_catalog(language: Language, service: str | None = None) -> Catalog:
    """Return a language with the translations of a service (None: only the shared ones). Reads each file once."""
    if language == "en":
        return Catalog(language, stdlib_gettext.NullTranslations())
    paths = [*(catalogs(service, language) if service else ()), _SHARED_LOCALE / f"{language}.po"]
    return Catalog(language, _merged(_read(path) for path in paths))


_current_catalog: ContextVar[Catalog | None] = ContextVar("catalog", default=None)


def current() -> Catalog:
    """Return the language and translations of the current request or `use_language` block; Danish by default."""
    return _current_catalog.get() or load_catalog(DEFAULT_LANGUAGE)


def current_language() -> Language:
    """Return the language of the current request or `use_language` block."""
    return current().language


@contextmanager
def use_language(language: Language, service: str | None = None) -> Iterator[None]:
    """Set the language of `gettext`, templates and formats within the block."""
    token = _current_catalog.set(load_catalog(language, service))
    try:
        yield
    finally:
        _current_catalog.reset(token)


def _filled(text: str, values: Mapping[str, object]) -> str:
    return text % values if values else text


def gettext(message: str, **values: object) -> str:
    """Return the message in the current language, with `%(name)s` filled from values. Usually imported as `_`."""
    return _filled(current().translations.gettext(message), values)


def ngettext(singular: str, plural: str, number: int, **values: object) -> str:
    """Like `gettext`, with a plural. `%(number)s` and `%(num)s` (as in templates) are the number."""
    text = current().translations.ngettext(singular, plural, number)
    return _filled(text, {"number": number, "num": number, **values})


def pgettext(context: str, message: str, **values: object) -> str:
    """Like `gettext`, for a word with several meanings: `pgettext("status", "Open")`."""
    return _filled(current().translations.pgettext(context, message), values)


def npgettext(context: str, singular: str, plural: str, number: int, **values: object) -> str:
    """`pgettext` with a plural."""
    text = current().translations.npgettext(context, singular, plural, number)
    return _filled(text, {"number": number, "num": number, **values})


def N_(message: str) -> str:  # noqa: N802 - the name gettext tools know
    """Mark a constant for translation. It is translated where it is shown: `_(LABEL)`."""
    return message


def as_language(value: str | None) -> Language | None:
    """Return the supported language of a tag (`da`, `en-GB`), or None."""
    prefix = (value or "").strip().lower().split("-", 1)[0]
    return next((language for language in LANGUAGES if language == prefix), None)


_QUALITY = re.compile(r"q=([01](?:\.\d{0,3})?)")


def preferred_language(accept_language: str) -> Language | None:
    """Return the supported language that an `Accept-Language` header prefers, or None."""
    best: Language | None = None
    best_quality = 0.0
    for part in accept_language.split(","):
        tag, _, parameters = part.partition(";")
        found = _QUALITY.search(parameters)
        quality = float(found[1]) if found else 1.0
        language = as_language(tag)
        if language and quality > best_quality:
            best, best_quality = language, quality
    return best
