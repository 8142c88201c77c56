"""Finds untranslated messages: `python -m shared.i18n.catalog` prints them as `.po` entries.

A message is any text in `_()`, `ngettext()`, `pgettext()`, `npgettext()`, `N_()` or `{% trans %}` in a service's Python
files and templates. Each needs a Danish translation in a `locale/da.po` of the service (a feature package has its own)
or in `shared/i18n/locale/da.po`. A test fails otherwise.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from shared.i18n import translations

ROOT = Path(__file__).resolve().parents[2]
_COMMON = ROOT / "shared" / "i18n" / "locale" / "da.po"
_KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "N_": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "PydanticCustomError": (2,),
}
_TEMPLATES = {".html", ".txt", ".svg", ".xml"}


@dataclass(frozen=True)
class Message:
    """A message, its plural and context if it has them, and its place in the source."""

    text: str
    plural: str | None
    context: str | None
    place: str


def used_messages(folder: Path) -> Iterator[Message]:
    """Yield every message in the Python files and templates below a folder."""
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".py":
            method = "python"
        elif path.suffix in _TEMPLATES and "templates" in path.parts:
            method = "jinja2.ext:babel_extract"
        else:
            continue
        options = {"encoding": "utf-8", "trimmed": "true", "silent": "false"}
        for line, found, _comments, context in extract_from_file(
            method, str(path), keywords=_KEYWORDS, options=options
        ):
            text, plural = (found[0], found[1]) if isinstance(found, tuple) else (found, None)
            if text:
                yield Message(text, plural, context, f"{path.relative_to(ROOT)}:{line}")


def translated(catalog: Path) -> set[tuple[str, str | None]]:
    """Return (text, context) of the complete translations in a `.po` file; fuzzy entries do not count."""
    if not catalog.exists():
        return set()
    with catalog.open("rb") as file:
        entries = list(read_po(file, locale="da", abort_invalid=True))
    done = set()
    for entry in entries:
        words = entry.string if isinstance(entry.string, (tuple, list)) else (entry.string,)
        if entry.id and all(words) and not entry.fuzzy:
            text = entry.id[0] if isinstance(entry.id, (tuple, list)) else entry.id
            done.add((text, entry.context))
    return done


def folders() -> dict[Path, list[Path]]:
    """Return each folder with messages (a service, or `shared`) and its catalogs."""
    found = {ROOT / "shared": [_COMMON]}
    for service in sorted((ROOT / "services").iterdir()):
        if (service / "__init__.py").exists():
            found[service] = translations.catalogs(service.name)
    return found


def twice_translated() -> list[str]:
    """Return the messages that two catalogs of one service translate: only one of them is used."""
    found = []
    for catalogs in folders().values():
        seen: dict[tuple[str, str | None], Path] = {}
        for catalog in catalogs:
            for message in translated(catalog):
                if message in seen:
                    found.append(f"{message[0]!r}: {seen[message].relative_to(ROOT)}, {catalog.relative_to(ROOT)}")
                seen[message] = catalog
    return found


def missing() -> dict[Path, list[Message]]:
    """Return the untranslated messages, by the catalog they belong in."""
    common = translated(_COMMON)
    result: dict[Path, list[Message]] = {}
    for folder, catalogs in folders().items():
        known = common.union(*map(translated, catalogs))
        unknown = {(m.text, m.context): m for m in used_messages(folder) if (m.text, m.context) not in known}
        for message in unknown.values():
            result.setdefault(_catalog_of(message, catalogs), []).append(message)
    return result


def _catalog_of(message: Message, catalogs: list[Path]) -> Path:
    """Return the catalog of the nearest folder above the message."""
    place = ROOT / message.place
    near = [catalog for catalog in catalogs if place.is_relative_to(catalog.parent.parent)]
    return max(near or catalogs, key=lambda catalog: len(catalog.parts))


_VALUE = re.compile(r"%\((\w+)\)")


def wrong_values(catalog: Path) -> list[str]:
    """Return the translations with values (`%(name)s`) that the English text does not have."""
    if not catalog.exists():
        return []
    with catalog.open("rb") as file:
        entries = list(read_po(file, locale="da", abort_invalid=True))
    found = []
    for entry in entries:
        ids = entry.id if isinstance(entry.id, (tuple, list)) else (entry.id,)
        words = entry.string if isinstance(entry.string, (tuple, list)) else (entry.string,)
        known = {"num", "number"} if len(ids) > 1 else set()
        known |= {name for text in ids for name in _VALUE.findall(text)}
        strays = {name for text in words if text for name in _VALUE.findall(text)} - known
        if strays:
            found.append(f"{catalog.relative_to(ROOT)}: {ids[0]!r} has no value called {', '.join(sorted(strays))}")
    return found


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def as_po(message: Message) -> str:
    """Return a `.po` entry to fill in."""
    lines = [f"#: {message.place}"]
    if message.context:
        lines.append(f"msgctxt {_quoted(message.context)}")
    lines.append(f"msgid {_quoted(message.text)}")
    if message.plural:
        lines += [f"msgid_plural {_quoted(message.plural)}", 'msgstr[0] ""', 'msgstr[1] ""']
    else:
        lines.append('msgstr ""')
    return "\n".join(lines)


if __name__ == "__main__":
    gaps = missing()
    for catalog, messages in gaps.items():
        print(f"# {catalog.relative_to(ROOT)}: {len(messages)} untranslated")
        print("\n\n".join(map(as_po, messages)), end="\n\n")
    sys.exit(1 if gaps else 0)
