"""Tasks and job types as people type them: by code, by name in any language, or by how a name begins. No I/O."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from services.pledges.catalogue.built_in import TASKS
from shared.fields.text import text_key
from shared.i18n.translations import LANGUAGES, use_language
from shared.i18n.translations import gettext as _
from shared.product.vocabulary import JOB_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from services.pledges.catalogue.domain import Task

_WORDS: Final = re.compile(r"\w+")
_JOB_TYPE_SYNONYMS: Final = MappingProxyType(
    {
        "småjob": "smaajob",
        "virksomhedspraktik": "praktik",
        "løntilskud": "loentilskud",
        "job med løntilskud": "loentilskud",
        "ordinær": "ordinaer",
        "ordinært": "ordinaer",
        "ordinært job": "ordinaer",
        "træning": "traening",
        "træningsforløb": "traening",
    }
)
"""Job types as they are called in Denmark, besides their labels and codes."""


@dataclass(frozen=True, slots=True)
class TypedWords:
    """Codes by every word for them, in the form in which words are compared (`text_key`)."""

    codes: Mapping[str, str]

    def exact(self, typed: str) -> str | None:
        """Return the code that was typed, or whose name was; None for anything else."""
        return self.codes.get(text_key(typed))

    def beginning_with(self, typed: str) -> frozenset[str]:
        """Return the codes that may be meant: the exact one, else those with a name or a word in it that begins so."""
        key = text_key(typed)
        if key in self.codes:
            return frozenset({self.codes[key]})
        if not key:
            return frozenset()
        whole = {code for name, code in self.codes.items() if name.startswith(key)}
        parts = {
            code for name, code in self.codes.items() if any(word.startswith(key) for word in _WORDS.findall(name))
        }
        return frozenset(whole or parts)


def task_words(own: Iterable[Task] = ()) -> TypedWords:
    """Return the words for the tasks that are built in, and for those that a taskforce has added."""
    added = {text_key(word): task.code for task in own for word in (task.code, task.danish, task.english) if word}
    return TypedWords(added | _built_in_tasks())


@functools.cache
def _built_in_tasks() -> dict[str, str]:
    return _names(TASKS)


@functools.cache
def job_type_words() -> TypedWords:
    """Return the words for the job types."""
    return TypedWords(_names(JOB_TYPES) | _JOB_TYPE_SYNONYMS)


def _names(labels: Mapping[Any, str]) -> dict[str, str]:
    names = {text_key(code): code for code in labels}
    for language in LANGUAGES:
        with use_language(language, "pledges"):
            names |= {text_key(_(label)): code for code, label in labels.items()}
    return names
