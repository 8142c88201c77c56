"""The rules of the task catalogue."""

from __future__ import annotations

import pytest

from services.pledges.catalogue.built_in import BUILT_IN, TASKS
from services.pledges.catalogue.domain import MAX_TASKS, OWN_CODE, Catalogue, Task
from services.pledges.catalogue.refusals import CatalogueFull, StaleCatalogue, TaskExists, TaskNotFound
from shared.i18n.translations import use_language
from tests.pledges.builders import TASKFORCE


def catalogue() -> Catalogue:
    return Catalogue.of(TASKFORCE)


def codes(of: Catalogue, group: str) -> list[str]:
    return [task.code for task in of.tasks if task.group == group]


def test_every_taskforce_starts_with_the_tasks_that_are_built_in() -> None:
    assert [task.code for task in catalogue().tasks] == list(TASKS)
    with use_language("da", service="pledges"):
        assert dict(catalogue().choices())["dishwashing"] == "Opvask og køkkenhjælp"


def test_an_added_task_stands_last_in_its_group_under_a_code_that_says_nothing() -> None:
    changed = catalogue()
    task = changed.add("Hundeluftning", "Walking dogs", "outdoors")
    assert codes(changed, "outdoors") == [*BUILT_IN["outdoors"], task.code]
    assert OWN_CODE.fullmatch(task.code)
    assert (task.label, changed.version) == ("Hundeluftning", 1)
    with use_language("en", service="pledges"):
        assert task.label == "Walking dogs"


def test_the_first_task_of_a_group_without_any_can_be_added() -> None:
    changed = catalogue()
    task = changed.add("Oplæsning", "Reading aloud", "other")
    assert [one.code for one in changed.tasks][-1] == task.code


def test_a_task_moves_within_its_group_only() -> None:
    changed = catalogue()
    assert changed.change("packing", "up")
    assert codes(changed, "shop")[:2] == ["packing", "shelf_stocking"]
    assert not changed.change("packing", "up")
    assert not changed.change("assembly", "down")
    assert changed.version == 1


def test_a_hidden_task_is_not_offered_and_still_known() -> None:
    changed = catalogue()
    changed.change("canteen", "hide")
    assert "canteen" not in dict(changed.choices())
    assert changed.knows("canteen")
    assert changed.labels()["canteen"]
    assert not changed.change("canteen", "hide")
    changed.change("canteen", "show")
    assert "canteen" in dict(changed.choices())


def test_two_tasks_cannot_have_one_name_and_what_does_not_exist_is_not_changed() -> None:
    changed = catalogue()
    changed.add("Hundeluftning", "Walking dogs", "outdoors")
    with pytest.raises(TaskExists):
        changed.add("hundeluftning ", "Dogs", "other")
    with pytest.raises(TaskExists):
        changed.add("Sorting waste", "Affald", "other")
    with pytest.raises(TaskNotFound):
        changed.change("own_000000000000", "hide")


def test_a_move_depends_on_the_order_that_was_seen() -> None:
    changed = catalogue()
    changed.change("packing", "up")
    with pytest.raises(StaleCatalogue):
        changed.change("packing", "down", seen_version=0)
    assert changed.change("packing", "hide", seen_version=0)


def test_a_catalogue_has_an_end() -> None:
    changed = catalogue()
    for number in range(MAX_TASKS - len(TASKS)):
        changed.add(f"Opgave {number}", f"Task {number}", "other")
    with pytest.raises(CatalogueFull):
        changed.add("En til", "One more", "other")


def test_a_task_that_is_built_in_later_joins_its_group() -> None:
    before = [Task("canteen", "kitchen", hidden=True), Task("own_0123456789ab", "kitchen", "Bagning", "Baking")]
    now = Catalogue.of(TASKFORCE, before, 7)
    assert codes(now, "kitchen") == ["canteen", "own_0123456789ab", "dishwashing"]
    assert {task.code for task in now.tasks} == {*TASKS, "own_0123456789ab"}
