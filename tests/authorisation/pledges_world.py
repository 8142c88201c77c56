"""Two taskforces with events, companies, pledges and hires of the pledges service, as every role meets them."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, Final, get_args
from uuid import UUID, uuid4, uuid5

from services.pledges.app import create_app
from services.pledges.catalogue.commands import add_task as add_catalogue_task
from services.pledges.company_page.links import issue_link
from services.pledges.company_page.tokens import write_token
from services.pledges.hires import commands as hires
from services.pledges.hires.confirmation import HireConfirmation
from services.pledges.hires.domain import HireEditor
from services.pledges.hour_rules.commands import add_rule
from services.pledges.pledges import commands
from services.pledges.pledges.access import LOGGERS
from services.pledges.pledges.domain import Contact, Guest, Limits, Person, PledgeTerms
from services.pledges.register import store
from services.pledges.register.domain import TypedCompany, name_key
from services.pledges.settings import PledgesSettings
from shared.db.idempotency import idempotent_request
from shared.http.auth import Principal, sign_token
from shared.product.roles import Role
from shared.ui.formats import local_date
from tests.authorisation.matrix import (
    FOREIGN,
    MUNICIPALITY,
    OTHER_MUNICIPALITY,
    person_of,
    taskforce_of,
)
from tests.authorisation.participants_world import PROGRAMME, Participants
from tests.authorisation.running import running
from tests.authorisation.streams import StreamingWorld
from tests.authorisation.subjects import written_into_ledger
from tests.pledges.conftest import REQUEST_KEY
from tests.pledges.hour_rules.rules import rule as hour_rule
from tests.support.infrastructure import Databases, Installation, fresh_databases
from tests.support.taskforces import OTHER_TASKFORCE, TASKFORCE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from shared.http.policy import Caller, Ownership

API: Final = "/api/pledges/v1"
TONIGHT: Final = UUID("00000000-0000-4000-8000-000000000001")
"""The event of the guest's pass. The other taskforce has an event with the same id, because clients choose ids."""
ANOTHER: Final = UUID("00000000-0000-4000-8000-000000000002")
ELSEWHERE: Final = UUID("00000000-0000-4000-8000-000000000003")
STRANGER: Final = person_of("stranger")
NOW: Final = datetime.now(UTC)


@dataclass(frozen=True)
class Logged:
    """A pledge with its contact and its hire, by the texts that show them."""

    id: UUID
    company: str
    contact: str
    hire_id: UUID
    hire_company: str
    hire_contact: str
    agreed: str


@dataclass(frozen=True)
class CompanyWithPage:
    """A company with a link, a pledge, and an answer about it that was undone. Its name is in what shows it."""

    name: str
    company_id: UUID
    token: str
    pledge_id: UUID
    answer_id: UUID


class PledgesWorld(StreamingWorld):
    """Two taskforces with events, companies, pledges and hires."""

    ownerships: ClassVar[Mapping[str, tuple[Ownership, ...]]] = {
        # The other company's event is not the current one; an event belongs to no municipality.
        "event": ("own", "other company", "other taskforce", "missing"),
        "event pass": ("own", "other taskforce", "missing"),
        "company page": ("own", "other taskforce", "missing"),
        "task": ("own", "other taskforce", "missing"),
        "hour rule": ("own", "other taskforce", "missing"),
        "handover of cases": ("own", "other company", "other taskforce", "missing"),
        "erasure ledger entry": ("own", "other taskforce", "missing"),
        "overdue deletion": ("own", "other taskforce", "missing"),
        "target group": ("own", "other taskforce", "missing"),
        "participant": ("own", "other municipality", "other programme", "other taskforce", "missing"),
        "profile card": ("own", "other municipality", "other programme", "other taskforce", "missing"),
        "card page": ("own", "other taskforce", "missing"),
    }

    # Whoever has a card's link may look at it.
    written_by_anybody: ClassVar[Mapping[str, str]] = {"access_log": "who like 'link:%'"}

    def principal(self, caller: Caller) -> Principal:
        """The principal of the caller; a guest has a pass of the current event."""
        if caller == "event_pass":
            return guest(TASKFORCE)
        principal = super().principal(caller)
        return replace(principal, programme=PROGRAMME) if caller == "facilitator" else principal

    async def written(self) -> int:
        # Calls are told to nobody.
        calls = await self.superuser.fetchval("select coalesce(sum(version), 0) from calls")
        # Nor is whose case something is. Nobody has any here.
        handed_over = await self.superuser.fetchval("select count(assigned_to) from pledges")
        handed_over += await self.superuser.fetchval("select count(assigned_to) from hires")
        undone = await self.superuser.fetchval(
            "select count(*) from case_assignments where undone_at is not null and taskforce_id = $1", OTHER_TASKFORCE
        )
        # Nor is anything about participants.
        participants = await self.superuser.fetchval(
            "select (select count(*) from participants.changes) + (select count(*) from participants.notes)"
        )
        return await super().written() + int(participants) + int(calls) + int(handed_over) + int(undone)

    async def fill(self) -> None:
        self._pledges: dict[tuple[Ownership, str], Logged] = {}
        self.events = {"own": TONIGHT, "other company": ANOTHER, "other taskforce": ELSEWHERE}
        self.titles = {"own": "Aften i aften", "other company": "Aften en anden dag", "other taskforce": FOREIGN}
        self.companies: dict[Ownership, str] = {}
        self.company_ids: dict[Ownership, UUID] = {}
        self.participants = Participants()
        await self.participants.fill(self.superuser)
        await self._tell_of_events()
        await self._tell_of_companies()
        self._pages = {ownership: await self._open_page(ownership) for ownership in self.every[:-1]}
        for caller in get_args(Role):
            if caller in LOGGERS:
                by = Guest(TONIGHT, 1) if caller == "event_pass" else Person(person_of(caller))
                await self._log("own", caller, by)
                # The same person, or a pass for an event with the same id, in the other taskforce.
                await self._log("other taskforce", caller, by)
        self.tasks: dict[Ownership, str] = {}
        self.hour_rules: dict[tuple[Ownership, str], UUID] = {}
        # The other taskforce's first: a statement that forgets to filter finds the row that was written first.
        for ownership in ("other taskforce", "own"):
            names = (f"Opgave {name_of(ownership)}", f"Task {name_of(ownership)}")
            task = await add_catalogue_task(self.db, taskforce_of(ownership), *names, "other")
            self.tasks[ownership] = task.code
            for action in ("end", "withdraw"):
                added = hour_rule(name=f"Regel {name_of(ownership)}", code=action)
                await add_rule(self.db, taskforce_of(ownership), replace(added, added_at=NOW))
                self.hour_rules[ownership, action] = added.id
        await self._log("other taskforce", "held", Person(STRANGER))
        self.held = self._pledges.pop(("other taskforce", "held"))
        """A pledge of the other taskforce that waits for a decision."""
        await self.superuser.execute("update pledges set review = 'waiting' where id = $1", self.held.id)
        await self._log("other company", "", Person(STRANGER))
        await self._log("other municipality", "", Person(STRANGER))
        # Logged with the pass of another event, so it is not the guest's own.
        await self._log("other municipality", "event_pass", Guest(ANOTHER, 1))
        for (ownership, _), logged in self._pledges.items():
            for status in ("open", "merged", "kept"):
                # A pledge paired with itself: a decision that was taken before changes nothing.
                await self.superuser.execute(
                    """
                    insert into duplicate_proposals
                           (taskforce_id, id, first_id, second_id, proposed_at, version, status, stays_id)
                    values ($1, $2, $3::uuid, $3, now(), 1, $4::text, case when $4 = 'merged' then $3 end)
                    """,
                    taskforce_of(ownership),
                    proposal_about(logged.id, status),
                    logged.id,
                    status,
                )
        for (ownership, caller), logged in self._pledges.items():
            await self.superuser.execute(
                """
                insert into case_assignments (taskforce_id, id, batch_id, pledge_id, assigned_by, assigned_at)
                values ($1, gen_random_uuid(), $2, $2, $3, now())
                """,
                taskforce_of(ownership),
                logged.id,
                person_of(caller) if ownership == "own" else STRANGER,
            )
        await written_into_ledger(self, "pledge_contacts")
        # The contacts of these pledges are erased, so no list may contain them.
        await self.superuser.execute("alter table pledge_contacts drop constraint pledge_contacts_taskforce_id_id_fkey")
        for id, phone in ((uuid4(), "96000001"), (STRANGER, "96000003")):
            await self.superuser.execute(
                "insert into pledge_contacts values ($1, $2, $3, $4, null)", OTHER_TASKFORCE, id, f"E {FOREIGN}", phone
            )

    async def _tell_of_events(self) -> None:
        for taskforce, id, title in (
            (TASKFORCE, TONIGHT, self.titles["own"]),
            (TASKFORCE, ANOTHER, self.titles["other company"]),
            (OTHER_TASKFORCE, TONIGHT, FOREIGN),
            (OTHER_TASKFORCE, ELSEWHERE, FOREIGN),
        ):
            times = (NOW - timedelta(hours=2), NOW + timedelta(hours=2), NOW - timedelta(hours=2), None)
            row = (taskforce, id, 1, "employer_event", "open", title, None, *times, 50, 1)
            async with self.db.change(taskforce) as conn:
                await store.save_events(conn, [row])
            await self.superuser.execute(
                """
                insert into phones (taskforce_id, event_id, practice, id, name, announced, discarded, first_contact_at)
                values ($1, $2, false, $2, $3, 1, '{}', now())
                """,
                taskforce,
                id,
                title,
            )

    async def _tell_of_companies(self) -> None:
        for ownership in self.every[:-1]:
            taskforce = taskforce_of(ownership)
            name = self.companies[ownership] = f"Registreret {name_of(ownership)} A/S"
            municipality = OTHER_MUNICIPALITY if ownership == "other municipality" else MUNICIPALITY
            id = self.company_ids[ownership] = uuid4()
            async with self.db.change(taskforce) as conn:
                row = (taskforce, id, 1, name, name_key(name), None, municipality, True)
                await store.save_companies(conn, [row])
                if ownership in {"own", "other taskforce"}:
                    await store.save_attendances(conn, [(taskforce, uuid4(), 1, TONIGHT, id, NOW, None)])

    async def _open_page(self, ownership: Ownership) -> CompanyWithPage:
        taskforce, company_id, name = taskforce_of(ownership), uuid4(), f"Side {name_of(ownership)} A/S"
        async with self.db.change(taskforce) as conn:
            row = (taskforce, company_id, 1, name, name_key(name), None, MUNICIPALITY, False)
            await store.save_companies(conn, [row])
        terms = PledgeTerms(
            id=uuid4(),
            company=TypedCompany(name, id=company_id),
            contact=None,
            job_type="traening",
            positions=2,
            hours_from=Decimal(5),
            hours_to=Decimal(10),
            tasks=(),
            earliest_start=None,
            captured_at=NOW,
            captured_by="web",
        )
        request = idempotent_request(str(terms.id), {}, sender="test", key=REQUEST_KEY)
        await commands.log_pledge(self.db, taskforce, terms, by=Person(STRANGER), request=request, limits=Limits())
        link = await issue_link(self.db, taskforce, company_id, by=None)
        answer_id = uuid4()
        await self.superuser.execute(
            """
            insert into company_answers
                   (taskforce_id, id, company_id, kind, version, answered_at, pledge_id, undone_by, undone_at)
            values ($1, $2, $3, 'affirmed', 2, now(), $4, $5, now())
            """,
            taskforce,
            answer_id,
            company_id,
            terms.id,
            STRANGER,
        )
        return CompanyWithPage(name, company_id, write_token(taskforce, link.id, key=REQUEST_KEY), terms.id, answer_id)

    def company_page(self, ownership: Ownership) -> CompanyWithPage:
        """A company with a page; for `missing`, with a forged link."""
        if ownership != "missing":
            return self._pages[ownership]
        own = self._pages["own"]
        return CompanyWithPage("Findes Ikke", uuid4(), own.token[:-8] + "A" * 8, uuid4(), uuid4())

    async def _log(self, ownership: Ownership, caller: str, by: Person | Guest) -> None:
        taskforce, name = taskforce_of(ownership), f"{name_of(ownership)} {caller}".strip()
        municipality = OTHER_MUNICIPALITY if ownership == "other municipality" else MUNICIPALITY
        event_id = by.event_id if isinstance(by, Guest) else TONIGHT
        terms = PledgeTerms(
            id=uuid4(),
            company=TypedCompany(f"Firma {name}", None, municipality, None),
            contact=Contact(f"Kontakt {name}", "97850000", f"{len(self._pledges)}@firma.example"),
            job_type="praktik",
            positions=50,
            hours_from=Decimal(5),
            hours_to=Decimal(10),
            tasks=(),
            earliest_start=None,
            captured_at=NOW - timedelta(hours=1),
            captured_by="phone",
            event_id=event_id,
        )
        request = idempotent_request(str(terms.id), {}, sender="test", key=REQUEST_KEY)
        limits = Limits(guest_positions=terms.positions)
        await commands.log_pledge(self.db, taskforce, terms, by=by, request=request, limits=limits)
        confirmation = HireConfirmation(
            id=uuid4(),
            start_date=local_date(NOW),
            weekly_hours=Decimal(10),
            contact_person=Contact(f"Sagsbehandler {name}", "96848484", None),
            pledge_id=terms.id,
        )
        await hires.confirm_hire(
            self.db,
            taskforce,
            confirmation,
            by=HireEditor(by.id if isinstance(by, Person) else None),
            request=idempotent_request(str(confirmation.id), {}, sender="test", key=REQUEST_KEY),
            limits=Limits(),
        )
        await self.superuser.execute(
            """
            insert into support_contacts
                   (taskforce_id, id, hire_id, contacted_on, contacted_by, agreed, solved, logged_at)
            values ($1, $2, $3, current_date, 'employer', $4, false, now())
            """,
            taskforce,
            call_about(confirmation.id),
            confirmation.id,
            f"Aftalt {name}",
        )
        # A company of the register that is a person's own, so that no list offers it, under the pledge's id.
        visited = """
            insert into outreach
            values ($1, $2, $2, 'visit', now(), 'Besøg ' || $3::text, false, true, $4, now(), $4, now(), 1)
        """
        returned = """
            insert into mails (taskforce_id, id, version, notice, recipient, pledge_id, sent, settled_at, settled_on)
            values ($1, $2, 1, 'pledge_received', 'company', $2, false, now(), current_date)
        """
        await self.superuser.execute(returned, taskforce, terms.id)
        await self.superuser.execute(visited, taskforce, terms.id, name, by.id if isinstance(by, Person) else None)
        for statement in (
            "insert into companies (taskforce_id, id, version, member) values ($1, $2, 1, false)",
            "update pledges set company_id = $2 where taskforce_id = $1 and id = $2",
            "update hires set company_id = $2 where taskforce_id = $1 and pledge_id = $2",
        ):
            await self.superuser.execute(statement, taskforce, terms.id)
        company = f"Firma {name}"
        self._pledges[ownership, caller] = Logged(
            terms.id, company, f"Kontakt {name}", confirmation.id, company, f"Sagsbehandler {name}", f"Aftalt {name}"
        )

    def contact_of(self, ownership: Ownership) -> str:
        """The name of the contact of a pledge."""
        return next((logged.contact for (whose, _), logged in self._pledges.items() if whose == ownership), "")

    def pledge(self, caller: str, ownership: Ownership) -> Logged:
        """A pledge of this ownership for the caller; for `missing`, one that does not exist."""
        if ownership == "missing":
            missing = "Findes Ikke"
            return Logged(uuid4(), f"Firma {missing}", f"Kontakt {missing}", uuid4(), missing, missing, missing)
        other = "other company" if ownership == "own" else ownership
        for key in ((ownership, caller), (other, ""), (other, "member")):
            if key in self._pledges:
                return self._pledges[key]
        raise KeyError(ownership)

    def handover(self, caller: str, ownership: Ownership) -> UUID:
        """The handover of a pledge of this ownership, to nobody: it has the pledge's id."""
        return self.pledge(caller, ownership).id

    def event(self, ownership: Ownership) -> UUID:
        """An event's id."""
        return uuid4() if ownership == "missing" else self.events[ownership]

    def pass_token(self, ownership: Ownership) -> str:
        """A pass, or a malformed one."""
        token = sign_token(self.signing_key, guest(taskforce_of(ownership)), lifetime_seconds=900)
        return token if ownership != "missing" else token[:-8] + ("A" * 8)


@asynccontextmanager
async def started(
    installation: Installation, signing_key: str, kind: type[PledgesWorld] = PledgesWorld
) -> AsyncIterator[tuple[PledgesWorld, Databases]]:
    """The service with its own database."""
    with fresh_databases(installation, ["pledges"]) as dsns:
        async with running(
            kind,
            dsns,
            "pledges",
            signing_key,
            lambda common: create_app(
                PledgesSettings(
                    **common,
                    intake_database_url=dsns.intake_dsn(),
                    participants_database_url=dsns.participants_dsn(),
                    request_key=REQUEST_KEY,
                    event_patience_seconds=0,
                )
            ),
        ) as world:
            assert isinstance(world, kind)
            yield world, dsns


def guest(taskforce: UUID, event_id: UUID = TONIGHT) -> Principal:
    """A guest who has scanned the code of an event."""
    roles: frozenset[Role] = frozenset({"event_pass"})
    return Principal(f"pass:{event_id}", roles, taskforce, event_id=event_id, pass_generation=1)


def proposal_about(pledge_id: UUID, status: str) -> UUID:
    """The id of a proposal of this status about a pledge."""
    return uuid5(pledge_id, status)


def call_about(hire_id: UUID) -> UUID:
    """The id of an entry in the support log of a hire."""
    return uuid5(hire_id, "support")


def name_of(ownership: Ownership) -> str:
    """A text in the name of each resource of this ownership."""
    return FOREIGN if ownership == "other taskforce" else ownership.title()
