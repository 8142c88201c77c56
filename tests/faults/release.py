"""Builds a next release from the tree, for rolling it out and back.

It follows the rules of a release: contracts only grow, a breaking version of a message is published beside the
previous one, and the migration only adds. All its messages have additional fields, and each is published twice: as
`….v1` with a field unknown to this release, also in nested objects, and as `….v2`, in another shape.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from tests.faults.broker_log import header
from tests.faults.copies import Change, copy_of, says
from tests.faults.fault import NotHealed, Scene

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator
    from pathlib import Path

NEW_FIELD: Final = "season"
MIGRATE_SECONDS: Final = 90.0
"""The longest time of the migrate job, including waiting for a lock."""

_CHANGES: Final = (
    Change(
        "shared/contracts/pledges.py",
        """    status: PositionStatus
    hire_id: UUID | None = None
""",
        """    status: PositionStatus
    hire_id: UUID | None = None
    season: str | None = "all_year"
""",
    ),
    Change(
        "shared/contracts/message.py",
        """    version: int
    recorded_at: AwareDatetime
""",
        """    version: int
    recorded_at: AwareDatetime
    season: str | None = "all_year"
""",
    ),
    Change(
        "shared/messaging/outbox.py",
        "",
        '''

class _Following:
    """The same fact as the next version of its type, in another shape."""

    def __init__(self, message):
        self._message = message

    def __getattr__(self, name):
        return getattr(self._message, name)

    def type_name(self):
        return self._message.type_name().removesuffix("1") + "2"

    def model_dump_json(self):
        return f'{{"state": {self._message.model_dump_json()}}}'


_add, _add_all = add, add_all


async def add(conn, message, *, causation_id=None):
    """Both versions of it, for as long as somebody reads the older one."""
    await _add(conn, _Following(message), causation_id=causation_id)
    return await _add(conn, message, causation_id=causation_id)


async def add_all(conn, messages):
    """Both versions of each."""
    await _add_all(conn, [(one, cause) for message, cause in messages for one in (_Following(message), message)])
''',
    ),
)

_USES_ITS_COLUMN: Final = """

_insert_pledges = insert_pledges


async def insert_pledges(conn, pledges):
    saved = await _insert_pledges(conn, pledges)
    await conn.execute(
        "update pledges set COLUMN = 'all_year' where taskforce_id = any($1) and id = any($2)",
        [pledge.taskforce_id for pledge, _ in pledges],
        list(saved),
    )
    return saved
"""


def changes(column: str) -> tuple[Change, ...]:
    """Return the changes of the next release; it writes a column of `pledges` that its migration adds."""
    return (*_CHANGES, Change("services/pledges/pledges/store.py", "", _USES_ITS_COLUMN.replace("COLUMN", column)))


def migration(column: str) -> str:
    """Return its migration: one more column and a constraint."""
    return f"""-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- The season a promised job is for.
alter table pledges add column {column} text;
alter table pledges add constraint {column}_is_known check ({column} in ('all_year', 'summer')) not valid;
grant update ({column}) on pledges to tilsagn_pledges_app;

-- migrate:down
-- forward only: dbmate wants the block, nothing goes in it
"""


@dataclass(frozen=True)
class Release:
    """Another release than the running one.

    Attributes:
        root: the folder of its code.
        column: the column of `pledges` that its migration adds, and that only this release writes.
        version: the version of that migration.
    """

    root: Path
    column: str
    version: str


@contextmanager
def next_release(scene: Scene) -> Iterator[Release]:
    """Return the release after the running one.

    The database of a session keeps the added columns, so each one adds another column.
    """
    number = scene.chance.getrandbits(40)
    column, version = f"season_{number:x}", f"2099{number:014d}"
    added = {f"services/pledges/migrations/{version}_{column}.sql": migration(column)}
    with copy_of(scene.running.code, changes(column), added) as root:
        yield Release(root, column, version)


async def migrate(scene: Scene, root: Path) -> str:
    """Run the migrate job of pledges with the code in `root`; return its output.

    Raises:
        NotHealed: it failed or took too long.
    """
    command, environment = scene.running.job("pledges-migrate")
    job = await asyncio.create_subprocess_exec(
        *command, env=environment, cwd=root, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    try:
        async with asyncio.timeout(MIGRATE_SECONDS):
            output, _ = await job.communicate()
    except TimeoutError:
        raise NotHealed(f"the migration was not over within {MIGRATE_SECONDS:.0f} s") from None
    finally:
        if job.returncode is None:
            job.kill()
            await job.wait()
    text = output.decode("utf-8", "replace").strip()
    if job.returncode != 0:
        raise NotHealed(f"the migration failed: {text[-500:]}")
    return text


@asynccontextmanager
async def afterwards_as_before(scene: Scene) -> AsyncIterator[None]:
    """At the end, roll all processes back to the release they had at the start, and wait until they are ready."""
    try:
        yield
    finally:
        running = scene.running
        await roll(scene, [name for name, one in running.processes.items() if one.folder != running.code], running.code)
    await scene.ready()


async def roll(scene: Scene, names: Iterable[str], root: Path) -> None:
    """Restart processes with the code in `root`, one after the other, as a deployment does.

    Raises:
        NotHealed: one is not ready in time, or does not run that code.
    """
    for name in names:
        process = scene.running.processes[name]
        await asyncio.to_thread(process.stop)
        process.folder = root
        process.start()
        if not await scene.until(lambda process=process: asyncio.to_thread(process.ready), seconds=60):  # type: ignore[misc]
            raise NotHealed(scene.running.log_tail(name))
        if root != scene.running.code and not says(process, root):
            raise NotHealed(f"{name} does not run the code it was started with")


def of_next_release(records: Iterable[Any]) -> set[tuple[UUID, int]]:
    """Return aggregate and version of each v1 message on the broker with the new field."""
    return {_key(record) for record in records if _is_v1(record) and NEW_FIELD in _state(record)}


def of_this_release(records: Iterable[Any]) -> set[tuple[UUID, int]]:
    """Return aggregate and version of each v1 message without the new field, except those published by both
    releases."""
    return {_key(record) for record in records if _is_v1(record)} - of_next_release(records)


def _is_v1(record: Any) -> bool:
    return record.value is not None and header(record, "ce_type").endswith(".v1")


def _key(record: Any) -> tuple[UUID, int]:
    return UUID(header(record, "ce_subject")), int(header(record, "ce_aggregateversion"))


def _state(record: Any) -> dict[str, Any]:
    state = json.loads(record.value)
    return state if isinstance(state, dict) else {}
