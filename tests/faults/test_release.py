"""The next release still fits today's tree, and keeps the rules that a release of ours has to keep."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from shared.contracts.pledges import MESSAGES
from tests.faults.copies import EVERYBODYS, Change, DoesNotFit, copy_of, says
from tests.faults.release import NEW_FIELD, changes, migration, of_next_release, of_this_release
from tests.support.topology import ROOT, Process

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.processes

COLUMN = "season_1a"
SUBJECT = uuid4()


@pytest.fixture(scope="module")
def following() -> Iterator[Path]:
    """The code of the release after this one."""
    file = f"services/pledges/migrations/20990000000001_{COLUMN}.sql"
    with copy_of(ROOT, changes(COLUMN), {file: migration(COLUMN)}) as root:
        yield root


def run(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words],
        cwd=root,
        env={"PATH": os.defpath},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_its_contracts_only_grow(following: Path) -> None:
    """By our own command, which refuses to write what would break a contract as it was published."""
    done = run(following, "-m", "shared.contracts.json_schema")
    assert done.returncode == 0, done.stderr
    for schema in (following / "shared" / "contracts" / "schemas").glob("*.json"):
        grown = json.loads(schema.read_text())
        assert NEW_FIELD in grown["properties"]
        assert NEW_FIELD not in grown["required"]


def test_its_messages_say_more_at_every_depth(following: Path) -> None:
    ask = "import shared.contracts.pledges as p; print([list(one.model_fields) for one in (p.Position, *p.MESSAGES)])"
    output = run(following, "-c", ask).stdout
    assert output.count(f"'{NEW_FIELD}'") == 1 + len(MESSAGES)


def test_its_migration_is_one_that_we_would_take(following: Path) -> None:
    path = next((following / "services" / "pledges" / "migrations").glob(f"*_{COLUMN}.sql"))
    squawk = Path(sys.executable).with_name("squawk")
    result = subprocess.run([squawk, path], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 0, result.stdout
    assert re.search(r"^set local lock_timeout = '2s';$", path.read_text(), re.MULTILINE)


def test_a_copy_says_that_it_runs_and_the_checkout_says_nothing(following: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    process = Process("one", [], {}, 0, log)
    for root, module in ((ROOT, "shared.contracts.pledges"), (following, "services")):
        log.write_text(run(root, "-c", f"import {module}").stderr)
        assert says(process, following) == (root is following)
        assert not says(process, ROOT, EVERYBODYS)


def test_a_change_that_no_longer_fits_is_refused() -> None:
    with pytest.raises(DoesNotFit, match="not once"), copy_of(ROOT, [Change(EVERYBODYS, "no such text", "")]):
        pass


def record(
    state: dict[str, Any] | None, *, type_name: str = "tilsagn.pledges.PledgeLogged.v1", version: int = 1
) -> Any:
    """As the broker keeps it."""
    value = None if state is None else json.dumps(state).encode()
    return SimpleNamespace(
        value=value,
        headers=[
            ("ce_type", type_name.encode()),
            ("ce_subject", str(SUBJECT).encode()),
            ("ce_aggregateversion", str(version).encode()),
        ],
    )


def test_messages_are_told_apart_by_what_they_say_and_not_by_what_was_ordered() -> None:
    old, new = record({"pledge_id": "x"}), record({"pledge_id": "x", NEW_FIELD: None}, version=2)
    second = record({"state": {NEW_FIELD: None}}, type_name="tilsagn.pledges.PledgeLogged.v2", version=3)
    assert of_next_release([old, new, second, record(None)]) == {(SUBJECT, 2)}
    assert of_this_release([old, new, second, record(None)]) == {(SUBJECT, 1)}
