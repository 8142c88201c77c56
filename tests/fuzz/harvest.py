"""Collects what pages offer: their links, and their forms with every field.

Codes, tokens and hidden fields cannot be generated; they come from pages, as for a person.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Sequence

    import httpx

    from shared.http.policy import Operation

_UUID: Final = r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
_PARAMETER: Final = re.compile(r"\{(?P<name>\w+)(?::(?P<kind>\w+))?\}")
_KEPT: Final = 40
"""of each kind: the latest"""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form: its name, and its choices or value."""

    name: str
    values: tuple[str, ...]
    is_file: bool = False


@dataclass
class Harvest:
    """Links and forms found so far, by operation.

    Args:
        operations: those of all services, because their pages link to one another.
    """

    operations: Sequence[Operation]
    parameters: dict[str, list[dict[str, str]]] = field(default_factory=lambda: defaultdict(list))
    """path -> parameters of links to it"""
    queries: dict[str, list[list[tuple[str, str]]]] = field(default_factory=lambda: defaultdict(list))
    forms: dict[str, list[tuple[Field, ...]]] = field(default_factory=lambda: defaultdict(list))
    """`POST /path` -> the fields of a form that posts to it"""
    files: list[bytes] = field(default_factory=lambda: [b""])

    def reap(self, answer: httpx.Response) -> None:
        """Collect the links and forms of an answer."""
        if "location" in answer.headers:
            self.see(answer.headers["location"])
        kind = answer.headers.get("content-type", "")
        if kind.startswith("text/csv"):
            _keep(self.files, answer.content)
        if kind.startswith("text/html"):
            page = _Page()
            page.feed(answer.text)
            for link in page.links:
                self.see(link)
            for method, action, fields in page.forms:
                found = self.see(action or answer.request.url.path, method)
                if found is not None:
                    _keep(self.forms[found.name], tuple(fields))

    def names(self) -> list[str]:
        """The names of all fields of all forms."""
        return sorted({one.name for forms in self.forms.values() for form in forms for one in form})

    def see(self, link: str, method: str = "GET") -> Operation | None:
        """Record a link; returns its operation if it is one of ours."""
        parts = urlsplit(link)
        for operation in self.operations:
            found = _pattern(operation.path).fullmatch(parts.path)
            if operation.method == method and found is not None:
                named = {name: unquote(value) for name, value in found.groupdict().items()}
                _keep(self.parameters[operation.path], named)
                if parts.query:
                    _keep(self.queries[operation.path], parse_qsl(parts.query, keep_blank_values=True))
                return operation
        return None


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[tuple[str, str, list[Field]]] = []
        self._options: dict[str, list[str]] = {}
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of: dict[str, Any] = {name: value or "" for name, value in attrs}
        self.links += [of[name] for name in ("href", "src", "hx-get") if name in of]
        if tag == "form":
            self.forms.append((of.get("method", "get").upper(), of.get("action", ""), []))
        elif tag == "option" and self._select and self.forms:
            self._options.setdefault(self._select, []).append(of.get("value", ""))
        elif tag in {"input", "textarea", "button", "select"} and of.get("name") and self.forms:
            name = of["name"]
            self._select = name if tag == "select" else ""
            fields = self.forms[-1][2]
            fields.append(Field(name, (of.get("value", ""),), is_file=of.get("type") == "file"))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select and self.forms:
            fields = self.forms[-1][2]
            options = tuple(self._options.pop(self._select, ()))
            fields[:] = [Field(one.name, options or one.values) if one.name == self._select else one for one in fields]
            self._select = ""


def _pattern(path: str) -> re.Pattern[str]:
    pattern, rest = "", 0
    for found in _PARAMETER.finditer(path):
        inner = _UUID if found["kind"] == "uuid" else "[^/]+"
        pattern += re.escape(path[rest : found.start()]) + f"(?P<{found['name']}>{inner})"
        rest = found.end()
    return re.compile(pattern + re.escape(path[rest:]))


def parameters_of(path: str) -> list[tuple[str, str]]:
    """Return the names and kinds of a path's parameters: `uuid`, or empty."""
    return [(found["name"], found["kind"] or "") for found in _PARAMETER.finditer(path)]


def _keep(kept: list[Any], new: Any) -> None:
    if new not in kept:
        kept.append(new)
        del kept[:-_KEPT]
