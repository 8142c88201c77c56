"""Leaves out the rules of a style sheet that cannot apply to certain pages: a phone's page loads a quarter of it.

A rule stays if every class, element, id and attribute in its selector is a word of the pages' sources (templates and
scripts). Sources therefore write these names whole: a class that a script puts together from parts is not found.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import tinycss2

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_WORD = re.compile(r"[A-Za-z_-][\w-]*")
_CONDITIONAL = {"media", "supports", "layer", "container"}
# What every page has, and what no source has to write.
_ALWAYS = {"html", "body", "root", "head"}


def slim(css: str, sources: Iterable[str]) -> str:
    """Return the style sheet without the rules that cannot apply to the pages.

    Args:
        css: a style sheet; order and cascade stay as they are.
        sources: the text of everything that the pages are made of.

    Raises:
        ValueError: the style sheet has an error.
    """
    words = _ALWAYS.union(*(_WORD.findall(source) for source in sources))
    return "".join(_applicable(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True), words))


def _applicable(rules: Sequence[Any], words: set[str]) -> Iterator[str]:
    for rule in rules:
        if rule.type == "qualified-rule":
            selectors = [one for one in _split(rule.prelude) if _names(one) <= words]
            if selectors and rule.content:
                prelude = ",".join(tinycss2.serialize(one).strip() for one in selectors)
                yield f"{prelude}{{{tinycss2.serialize(rule.content).strip()}}}"
        elif rule.type == "at-rule" and rule.lower_at_keyword in _CONDITIONAL and rule.content is not None:
            inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            if kept := "".join(_applicable(inner, words)):
                yield f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude).rstrip()}{{{kept}}}"
        elif rule.type == "at-rule" and rule.lower_at_keyword != "charset":
            yield rule.serialize()
        elif rule.type == "error":
            raise ValueError(f"cannot read the style sheet: {rule.message}")


def _split(prelude: Sequence[Any]) -> Iterator[list[Any]]:
    """Yield the selectors of a list of selectors."""
    selector: list[Any] = []
    for part in prelude:
        if part == ",":
            yield selector
            selector = []
        else:
            selector.append(part)
    yield selector


def _names(selector: Sequence[Any]) -> set[str]:
    """Return the names that an element must have for the selector to match it, or something around it.

    What is in `:not()`, `:is()` or `:has()` is left out, and pseudo-classes.
    """
    names = set()
    before: Any = None
    for part in selector:
        if (part.type == "ident" and before != ":") or part.type == "hash":
            names.add(part.value)
        elif part.type == "[] block":
            names |= {next(one.value for one in part.content if one.type == "ident")}
        before = part
    return names
