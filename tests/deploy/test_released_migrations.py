"""Released migrations stay as they are; new ones come after them."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.postgres import released

FIRST, SECOND = "services/events/migrations/20261201010000_a.sql", "shared/db/migrations/20261201000000_b.sql"
RELEASES = {"0.2.0": {FIRST: "aa", SECOND: "bb"}}


def test_released_migrations_are_unchanged() -> None:
    """A released migration was changed, renamed or removed: undo that, and put the change into a new migration."""
    assert released.violations(released.read(), released.present()) == []


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        ({FIRST: "changed", SECOND: "bb"}, f"{FIRST} is released: undo the change"),
        ({SECOND: "bb"}, f"{FIRST} is released: put it back"),
        ({FIRST.replace("_a", "_renamed"): "aa", SECOND: "bb"}, f"{FIRST} is released: put it back"),
        (
            {FIRST: "aa", SECOND: "bb", "shared/db/migrations/20261201000001_c.sql": "cc"},
            "20261201000001_c.sql is older than released ones: give it a version after 20261201010000",
        ),
    ],
    ids=["changed", "removed", "renamed", "too old"],
)
def test_a_change_of_a_released_migration_is_named(found: dict[str, str], sentence: str) -> None:
    assert any(sentence in each for each in released.violations(RELEASES, found))


def test_a_new_migration_after_the_released_ones_is_allowed() -> None:
    new = {"services/events/migrations/20261202000000_c.sql": "cc"}
    assert released.violations(RELEASES, RELEASES["0.2.0"] | new) == []


def test_a_release_adds_its_new_migrations_to_the_list(tmp_path: Path) -> None:
    file = tmp_path / "released.toml"
    file.write_text("# released\n")
    assert released.add_release("0.2.0", file) == list(released.present())
    assert released.read(file) == {"0.2.0": released.present()}
    assert released.add_release("0.3.0", file) == []
    with pytest.raises(ValueError, match=r"0\.3\.0 is in the list already"):
        released.add_release("0.3.0", file)
