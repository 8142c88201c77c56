"""The planted bugs. Each one could pass an ordinary review."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.faults import links
from tests.faults.catalogue import FAULTS
from tests.faults.copies import Change
from tests.faults.fault import Fault
from tests.faults.planted import deployments
from tests.faults.planted.plant import LAG, NEVER_SHOWN, Bug

if TYPE_CHECKING:
    from tests.faults.fault import Scene

_CONSUMER: Final = "shared/messaging/consumer.py"
_RELAY: Final = "shared/messaging/relay.py"
_BROKER: Final = "shared/messaging/broker.py"
_POSTGRES: Final = "shared/db/database.py"
_PLEDGE_COMMANDS: Final = "services/pledges/pledges/commands.py"
_PLEDGES_SQL: Final = "services/pledges/migrations/20261201020000_create_pledges.sql"
_PROJECTIONS: Final = "services/dashboard/read_model/projections.py"
_NOTICE: Final = "services/notifications/notices/notice.py"
_STORE: Final = "services/notifications/deliveries/store.py"
_COURIER: Final = "services/notifications/deliveries/courier.py"
_ADDRESSES: Final = "services/notifications/notices/addresses.py"


async def _work(scene: Scene) -> int:
    await scene.a_while(3.0, 4.0)
    return 1


NOTHING: Final = Fault("nothing", "nobody", "clients work", "nothing to heal", _work)

CONTROL: Final = Bug("control", "No mistake: the copy is the tree as it is.", (), FAULTS["kill: dashboard-worker"], ())


BUGS: Final = (
    Bug(
        "ack before effect",
        "The handler repeats by itself: let the client commit in the background, a round trip less for each batch.",
        (Change(_CONSUMER, "ack_policy=AckPolicy.NACK_ON_ERROR", "ack_policy=AckPolicy.ACK_FIRST"),),
        FAULTS[f"killed cut off: dashboard-worker, {links.to_postgres('dashboard-worker')}"],
        NEVER_SHOWN,
        "lost",
    ),
    Bug(
        "a delivery without a key",
        "A random id, like any other row's: the offset is committed, so a message does not come twice.",
        (
            Change(_NOTICE, "from uuid import UUID, uuid5", "from uuid import UUID, uuid4"),
            Change(
                _NOTICE,
                '''    facts: dict[str, Any]

    @property
    def delivery_id(self) -> UUID:
        """Equal for all messages that lead to the same notice."""
        return uuid5(self.about_id, self.rule)
''',
                """    facts: dict[str, Any]
    delivery_id: UUID = field(default_factory=uuid4)
""",
            ),
        ),
        FAULTS["delivered again: every message"],
        ("I2 mails_are_those_due",),
        "duplicated",
        pace=0.3,
    ),
    Bug(
        "position > last",
        "Why go through what has been sent? Positions only grow: begin behind the last one.",
        (
            Change(
                _RELAY,
                "        self.leader = False\n        self.oldest",
                "        self._last = 0\n        self.leader = False\n        self.oldest",
            ),
            Change(
                _RELAY,
                """             where published_at is null
             order by position
             limit $1
            \"\"\",
            ROUND_ROWS,
""",
                """             where published_at is null
               and position > $2
             order by position
             limit $1
            \"\"\",
            ROUND_ROWS,
            self._last,
""",
            ),
            Change(
                _RELAY,
                """            raise failure
        return len(rows)
""",
                """            raise failure
        self._last = rows[-1]["position"]
        return len(rows)
""",
            ),
        ),
        FAULTS["late commit: pledges-app"],
        (LAG,),
        "lost",
    ),
    Bug(
        "two SKIP LOCKED relays",
        "SKIP LOCKED shares the rows out: no leader, no waiting for a lock, and twice the throughput.",
        (
            Change(
                _RELAY,
                """            while not await conn.fetchval("select pg_try_advisory_lock($1)", LOCK_KEY):
                await self._measure(conn)
                await asyncio.sleep(POLL_SECONDS)
""",
                "",
            ),
            Change(
                _RELAY,
                """                while await self._round(conn, producer):
                    pass
""",
                """                while True:
                    async with conn.transaction():
                        if not await self._round(conn, producer):
                            break
""",
            ),
            Change(
                _RELAY,
                """             limit $1
            \"\"\",
            ROUND_ROWS,
""",
                """             limit $1
               for update skip locked
            \"\"\",
            ROUND_ROWS,
""",
            ),
        ),
        FAULTS["two relays, one slow: pledges-worker"],
        ("I5 published_in_order",),
        "order_violations",
        pace=0.3,
    ),
    Bug(
        "publish before commit",
        "The message in a transaction of its own: it is on its way while the pledge is still being written.",
        (
            Change(
                _PLEDGE_COMMANDS,
                "return GroupCommit(database, _log_batch)",
                "return GroupCommit(database, partial(_log_batch, database))",
            ),
            Change(
                _PLEDGE_COMMANDS,
                "async def _log_batch(conn: Connection,",
                "async def _log_batch(database: Database, conn: Connection,",
            ),
            Change(
                _PLEDGE_COMMANDS,
                "outcomes = await log_pledges(conn, taskforce_id, batch)\n    for outcome in outcomes:",
                "outcomes = await log_pledges(conn, taskforce_id, batch, database)\n    for outcome in outcomes:",
            ),
            Change(
                _PLEDGE_COMMANDS,
                "[outcome] = await log_pledges(conn, taskforce_id, [new])",
                "[outcome] = await log_pledges(conn, taskforce_id, [new], db)",
            ),
            Change(
                _PLEDGE_COMMANDS,
                "conn: Connection, taskforce_id: UUID, batch: Sequence[NewPledge]\n) -> list[Pledge | Refusal | None]:",
                "conn: Connection, taskforce_id: UUID, batch: Sequence[NewPledge], database: Database | None = None\n"
                ") -> list[Pledge | Refusal | None]:",
            ),
            Change(
                _PLEDGE_COMMANDS,
                "    await outbox.add_all(conn, messages)\n",
                "    async with database.change(taskforce_id) if database else nullcontext(conn) as publishing:\n"
                "        await outbox.add_all(publishing, messages)\n",
            ),
            Change(
                _PLEDGE_COMMANDS,
                "from typing import TYPE_CHECKING\n",
                "from contextlib import nullcontext\nfrom functools import partial\nfrom typing import TYPE_CHECKING\n",
            ),
        ),
        FAULTS[f"cut at a commit: {links.to_postgres('pledges-app')}"],
        ("I3 messages_have_their_change",),
        "unexpected",
    ),
    Bug(
        "mark before ack",
        "send() has handed them over and the producer repeats by itself: look only for what has failed already.",
        (
            Change(
                _RELAY,
                "            answers = iter(await asyncio.gather(*under_way, return_exceptions=True))\n",
                "            answers = iter([future.exception() if future.done() else None for future in under_way])\n",
            ),
        ),
        FAULTS[f"killed cut off: pledges-worker, {links.KAFKA}"],
        NEVER_SHOWN,
        "lost",
    ),
    Bug(
        "offset from latest",
        "A consumer that is new has no business with what is old; it is the client's own default, too.",
        (Change(_BROKER, '"auto_offset_reset": "earliest"', '"auto_offset_reset": "latest"'),),
        FAULTS["broker emptied: broker"],
        NEVER_SHOWN,
        "lost",
    ),
    Bug(
        "missing timeout",
        "Under load pledges may take its time: waiting is better than asking twice.",
        (Change(_ADDRESSES, "            timeout=TIMEOUT_SECONDS,\n", "            timeout=None,\n"),),
        FAULTS[f"half-open: {links.to_asked('pledges')}"],
        (LAG,),
        "seconds_to_lag_zero",
    ),
    Bug(
        "tenant not set in a worker",
        "One statement for each batch instead of one for each part of it: a batch is of one taskforce anyway.",
        (
            Change(
                _CONSUMER,
                """        for taskforce_id, deliveries in by_taskforce.items():
            await set_taskforce(conn, taskforce_id)
            await self._apply(conn, deliveries)
""",
                """        for taskforce_id in list(by_taskforce)[:1]:
            await set_taskforce(conn, taskforce_id)
        for deliveries in by_taskforce.values():
            await self._apply(conn, deliveries)
""",
            ),
        ),
        FAULTS["pause: dashboard-worker"],
        (LAG,),
        "lost",
    ),
    Bug(
        "version ignored",
        "Messages of one aggregate come in order, so the last one that came is the newest.",
        (Change(_PROJECTIONS, "             where excluded.version > present.version\n", ""),),
        FAULTS["delivered again: every message"],
        ("I5 dashboard_has_every_version_once",),
        "order_violations",
        pace=0.3,
    ),
    Bug(
        "swallowed exception",
        "After three attempts let the others have their turn: the batch is on the broker for whoever looks.",
        (
            Change(
                _CONSUMER,
                """                if time.monotonic() + pause > deadline:
                    raise
""",
                """                if time.monotonic() + pause > deadline or pause >= 0.5:
                    _log.error("consumer.gave_up", group=self.group, error=type(error).__name__)
                    return
""",
            ),
        ),
        FAULTS[f"cut: {links.to_postgres('dashboard-worker')}"],
        NEVER_SHOWN,
        "lost",
    ),
    Bug(
        "mail without claim",
        "SKIP LOCKED keeps the rows from every other courier: what else is a claim for?",
        (
            Change(
                _STORE,
                """        with next_due as materialized (
             select taskforce_id, delivery_id
               from due_deliveries
              where due_at <= clock_timestamp()
                and rule = any ($6::text[])
                and not exists (
                    select
                      from unnest($4::uuid[], $5::uuid[]) as held (taskforce_id, delivery_id)
                     where held.taskforce_id = due_deliveries.taskforce_id
                       and held.delivery_id = due_deliveries.delivery_id
                    )
              order by due_at
              limit $2
                for update skip locked
        )
        update due_deliveries as due
           set claimed_by = $1,
               due_at = clock_timestamp() + $3
          from next_due
         where due.taskforce_id = next_due.taskforce_id
           and due.delivery_id = next_due.delivery_id
        returning due.taskforce_id, due.delivery_id
        \"\"\",
        courier,
        limit,
        lease,
""",
                """        select taskforce_id, delivery_id
          from due_deliveries
         where due_at <= clock_timestamp()
           and rule = any ($4::text[])
           and not exists (
               select
                 from unnest($2::uuid[], $3::uuid[]) as held (taskforce_id, delivery_id)
                where held.taskforce_id = due_deliveries.taskforce_id
                  and held.delivery_id = due_deliveries.delivery_id
               )
         order by due_at
         limit $1
           for update skip locked
        \"\"\",
        limit,
""",
            ),
        ),
        FAULTS["two couriers at a slow mail server: notifications-worker"],
        ("I2 mails_came_once",),
        "duplicated",
        pace=0.3,
    ),
    Bug(
        "a mark that is given up",
        "If the mark fails, the claim runs out, and then it is somebody's turn again: no loop needed here.",
        (
            Change(
                _COURIER,
                """error=type(error).__name__)
                await asyncio.sleep(pause)
                pause = min(pause * 2, 2.0)
""",
                """error=type(error).__name__)
                return
""",
            ),
            Change(
                _COURIER,
                "        pause = 0.1\n        while True:\n            try:\n",
                "        while True:\n            try:\n",
            ),
        ),
        FAULTS[f"cut at a mail: {links.to_postgres(links.COURIER)}"],
        ("I2 mails_came_once",),
        "duplicated",
    ),
    Bug(
        "2xx before it is durable",
        "synchronous_commit is what PostgreSQL's manual names first for throughput, and it never corrupts anything.",
        (
            Change(
                _POSTGRES,
                '"application_name": name, **_PLANNING,',
                '"application_name": name, **_PLANNING, "synchronous_commit": "off",',
            ),
            Change(
                _RELAY,
                """                "idle_session_timeout": f"{SILENT_LEADER_SECONDS * 1000:.0f}",
""",
                """                "idle_session_timeout": f"{SILENT_LEADER_SECONDS * 1000:.0f}",
                "synchronous_commit": "off",
""",
            ),
        ),
        FAULTS["crash: postgres"],
        ("I1 pledges_are_those_acknowledged", *NEVER_SHOWN),  # depending on whose commit is lost
        "lost",
        pace=0.0,
    ),
    Bug(
        "an address in the log",
        "When somebody asks where their mail is, we want to see to whom it went.",
        (
            Change(
                _COURIER,
                "            await channel.send(delivery.delivery_id, recipient, content, now=now)\n",
                """            await channel.send(delivery.delivery_id, recipient, content, now=now)
            _log.info("courier.sent", delivery=str(delivery.delivery_id), to=recipient.address.addr_spec)
""",
            ),
        ),
        NOTHING,
        ("I7 canaries",),
    ),
    Bug(
        "a table without row-level security",
        "Every statement asks for the taskforce by itself, so nobody misses the call.",
        (Change(_PLEDGES_SQL, "call isolate('hires');\n", ""),),
        NOTHING,
        ("I8 each_taskforce_sees_its_own",),
    ),
    *deployments.BUGS,
)
