"""A taskforce's task catalogue. Imports no I/O."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal
from uuid import UUID, uuid4

from services.pledges.catalogue.built_in import BUILT_IN, GROUPS, TASKS, Group
from services.pledges.catalogue.refusals import CatalogueFull, StaleCatalogue, TaskExists, TaskNotFound
from shared.fields.text import text_key
from shared.i18n.translations import LANGUAGES, current_language, use_language
from shared.i18n.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OWN_CODE: Final = re.compile(r"own_[0-9a-f]{12}")
"""The code of a task that a taskforce has added. It says nothing: codes are published, and words are not."""
MAX_TASKS: Final = 100
Step = Literal["up", "down", "hide", "show"]


@dataclass(frozen=True, slots=True)
class Task:
    """A task of the catalogue.

    Attributes:
        danish, english: what a taskforce calls a task that it has added; None for one that is built in.
        hidden: not offered any more. Pledges keep it.
    """

    code: str
    group: Group
    danish: str | None = None
    english: str | None = None
    hidden: bool = False

    @property
    def label(self) -> str:
        """The task in words, in the current language."""
        if self.danish is None or self.english is None:
            return _(TASKS[self.code])
        return self.danish if current_language() == "da" else self.english


@dataclass(slots=True)
class Catalogue:
    """The tasks of a taskforce in their order, group by group.

    Attributes:
        version: 0 until the taskforce has changed it.
    """

    taskforce_id: UUID
    tasks: list[Task]
    version: int = 0

    @classmethod
    def of(cls, taskforce_id: UUID, changed: Sequence[Task] = (), version: int = 0) -> Catalogue:
        """Return a catalogue with what a taskforce has made of it.

        Tasks that are built in since then are in their groups after the others.
        """
        known = {task.code for task in changed}
        tasks = [*changed]
        tasks += [Task(code, group) for group, codes in BUILT_IN.items() for code in codes if code not in known]
        places = {group: place for place, group in enumerate(GROUPS)}
        return cls(taskforce_id, sorted(tasks, key=lambda task: places[task.group]), version)

    @property
    def offered(self) -> list[Task]:
        """The tasks that are not hidden."""
        return [task for task in self.tasks if not task.hidden]

    @property
    def own(self) -> list[Task]:
        """The tasks that the taskforce has added."""
        return [task for task in self.tasks if task.danish is not None]

    def by_group(self, tasks: Sequence[Task]) -> dict[Group, list[Task]]:
        """Return tasks by their groups, without groups that have none."""
        found: dict[Group, list[Task]] = {}
        for task in tasks:
            found.setdefault(task.group, []).append(task)
        return found

    def choices(self) -> list[tuple[str, str]]:
        """Return codes and labels of the tasks that are offered, in the current language."""
        return [(task.code, task.label) for task in self.offered]

    def labels(self) -> Mapping[str, str]:
        """Return the labels of all tasks by code, in the current language, those that are offered first."""
        return {task.code: task.label for task in sorted(self.tasks, key=lambda task: task.hidden)}

    def knows(self, code: str) -> bool:
        """Whether a pledge may have the task: hidden ones come from phones that have not heard of it."""
        return any(task.code == code for task in self.tasks)

    def add(self, danish: str, english: str, group: Group) -> Task:
        """Add a task at the end of its group.

        Raises:
            TaskExists: a task is called so in one of the languages.
            CatalogueFull
        """
        for language in LANGUAGES:
            with use_language(language, service="pledges"):
                if not {text_key(danish), text_key(english)}.isdisjoint(text_key(task.label) for task in self.tasks):
                    raise TaskExists
        if len(self.tasks) >= MAX_TASKS:
            raise CatalogueFull
        added = Task(f"own_{uuid4().hex[:12]}", group, danish, english)
        last = max((place for place, task in enumerate(self.tasks) if task.group == group), default=len(self.tasks) - 1)
        self.tasks.insert(last + 1, added)
        self.version += 1
        return added

    def change(self, code: str, step: Step, *, seen_version: int | None = None) -> bool:
        """Move a task by one place within its group, hide it or show it again.

        Args:
            seen_version: the version that the coordinator saw; None: any. Only a move depends on it.

        Returns:
            Whether it changed anything.

        Raises:
            TaskNotFound, StaleCatalogue
        """
        place = next((place for place, task in enumerate(self.tasks) if task.code == code), None)
        if place is None:
            raise TaskNotFound
        task = self.tasks[place]
        if step in {"hide", "show"}:
            if task.hidden == (step == "hide"):
                return False
            self.tasks[place] = replace(task, hidden=step == "hide")
        else:
            other = place + (-1 if step == "up" else 1)
            if seen_version is not None and seen_version != self.version:
                raise StaleCatalogue
            if not 0 <= other < len(self.tasks) or self.tasks[other].group != task.group:
                return False
            self.tasks[place], self.tasks[other] = self.tasks[other], task
        self.version += 1
        return True
