"""Why a task is refused, or a change of the catalogue: one class for each rule."""

from __future__ import annotations

from shared.i18n.translations import N_
from shared.refusals import Refusal


class UnknownTask(Refusal):
    """A pledge names a task that the taskforce does not have."""

    code = "unknown-task"
    kind = "invalid"
    title = N_("The task does not exist")
    detail = N_("Choose tasks of the task catalogue.")
    field = "/tasks"


class TaskNotFound(Refusal):
    """There is no such task to change."""

    code = "task-not-found"
    kind = "not_found"
    title = N_("The task does not exist")
    detail = N_("Look at the task catalogue again.")


class TaskExists(Refusal):
    """Two tasks of the same name could not be told apart."""

    code = "task-exists"
    kind = "conflict"
    title = N_("There is a task of this name")
    detail = N_("Show it again if it is hidden, or give the new one another name.")
    field = "/danish"


class CatalogueFull(Refusal):
    """A catalogue that does not fit a phone or a card helps nobody."""

    code = "catalogue-full"
    kind = "conflict"
    title = N_("The task catalogue is full")
    detail = N_("Use a task that there is.")


class StaleCatalogue(Refusal):
    """Somebody has changed the catalogue."""

    code = "stale-catalogue"
    kind = "stale"
    title = N_("Somebody else has changed the task catalogue")
    detail = N_("Look at it again, and then change it.")
