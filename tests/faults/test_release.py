"""The next release can still be built from the tree, and follows the rules of a release."""

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
    """The code of the next release."""
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
    """By the product's command, which refuses to write a schema that breaks a published contract."""
    done = run(following, "-m", "shared.contracts.json_schema")
    assert done.returncode == 0, done.stderr
    for schema in (following / "shared" / "contracts" / "schemas").glob("*.json"):
        grown = json.loads(schema.read_text())
        assert NEW_FIELD in grown["properties"]
        assert NEW_FIELD not in grown["required"]


def test_its_messages_have_new_fields_at_every_depth(following: Path) -> None:
    ask = "import shared.contracts.pledges as p; print([list(one.model_fields) for one in (p.Position, *p.MESSAGES)])"
    output = run(following, "-c", ask).stdout
    assert output.count(f"'{NEW_FIELD}'") == 1 + len(MESSAGES)


def test_its_migration_passes_the_linter(following: Path) -> None:
    path = next((following / "services" / "pledges" / "migrations").glob(f"*_{COLUMN}.sql"))
    squawk = Path(sys.executable).with_name("squawk")
    result = subprocess.run([squawk, path], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 0, result.stdout
    assert re.search(r"^set local lock_timeout = '2s';$", path.read_text(), re.MULTILINE)


def test_a_copy_logs_its_imports_and_the_checkout_does_not(following: Path, tmp_path: Path) -> None:
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
    """A record as on the broker."""
    value = None if state is None else json.dumps(state).encode()
    return SimpleNamespace(
        value=value,
        headers=[
            ("ce_type", type_name.encode()),
            ("ce_subject", str(SUBJECT).encode()),
            ("ce_aggregateversion", str(version).encode()),
        ],
    )


def test_messages_of_two_releases_are_distinguished_by_their_content() -> None:
    old, new = record({"pledge_id": "x"}), record({"pledge_id": "x", NEW_FIELD: None}, version=2)
    second = record({"state": {NEW_FIELD: None}}, type_name="tilsagn.pledges.PledgeLogged.v2", version=3)
    assert of_next_release([old, new, second, record(None)]) == {(SUBJECT, 2)}
    assert of_this_release([old, new, second, record(None)]) == {(SUBJECT, 1)}
