"""The history of a pledge, as its page shows it: each version, who made it, when and why, and what it changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final
from uuid import UUID

from services.pledges.catalogue.store import load_catalogue
from services.pledges.pledges.store import company_of, contact_of
from services.pledges.pledges.words import CANCELLATIONS, REOPENINGS, REVIEWS, WITHDRAWALS
from shared.fields.phone import phone_text
from shared.i18n.translations import N_
from shared.i18n.translations import gettext as _
from shared.product.vocabulary import JOB_TYPES
from shared.ui.formats import date_text, number_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import asyncpg

    from services.pledges.pledges.domain import Contact
    from services.pledges.pledges.schemas import PledgeOut
    from services.pledges.register.domain import TypedCompany
    from shared.contracts.pledges import JobType
    from shared.db.database import Connection

KINDS: Final = {
    "corrected": N_("Corrected"),
    "withdrawn": N_("Withdrawn"),
    "restored": N_("Withdrawal undone"),
    "affirmed": N_("The company has confirmed it"),
    "affirmation_undone": N_("The company has not confirmed it after all"),
    "lapsed": N_("Lapsed"),
    "lapse_deferred": N_("The lapse was put off"),
    "merge": N_("Merged into another pledge"),
    "unmerge": N_("Separated from the other pledge again"),
}
POSITION_STEPS: Final = {
    "matched": N_("a person was found"),
    "trial_started": N_("on trial"),
    "filled": N_("filled by a hire"),
    "cancelled": N_("cancelled"),
    "reopened": N_("reopened"),
    "vacated": N_("its hire has ended"),
    "undone": N_("the last step was undone"),
}
"""What has become of a position, after “Position 2: ”."""
NOTHING: Final = "–"


@dataclass(frozen=True, slots=True)
class Difference:
    """A fact that a correction has changed, in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A version of a pledge after the first.

    Attributes:
        title: what happened, in words.
        by: the account that did it.
        note: why, in words.
        by_company: whether the company did it, on its own page.
    """

    version: int
    title: str
    at: datetime
    by: UUID | None
    note: str | None = None
    differences: tuple[Difference, ...] = ()
    by_company: bool = False


@dataclass(frozen=True, slots=True)
class VersionTerms:
    """The terms of one version of a pledge. `contact` is None where it was erased."""

    company: TypedCompany
    event_title: str | None
    contact: Contact | None
    job_type: JobType
    positions: int
    hours_from: Decimal
    hours_to: Decimal
    tasks: tuple[str, ...]
    earliest_start: date | None


async def history(conn: Connection, taskforce_id: UUID, pledge: PledgeOut) -> list[HistoryEntry]:
    """Return what has become of a pledge since it was logged, the latest first.

    Args:
        pledge: its present state, with the contact.
    """
    changes = await conn.fetch(
        """
        select change.version, change.kind, change.reason, change.note, change.changed_by, change.changed_at,
               former.id is not null as corrected,
               former.company_name, former.company_cvr, former.company_municipality, former.company_p_number,
               former.job_type, former.position_count, former.weekly_hours_from, former.weekly_hours_to,
               former.tasks, former.earliest_start,
               event.title as event_title,
               contact.name as contact_name,
               contact.phone as contact_phone,
               contact.email as contact_email,
               exists (select
                         from company_answers as answer
                        where answer.taskforce_id = change.taskforce_id
                          and answer.pledge_id = change.pledge_id
                          and answer.version = change.version) as by_company
          from pledge_changes as change
          left join pledge_former_terms as former
            on former.taskforce_id = change.taskforce_id
           and former.id = change.id
          left join employer_events as event
            on event.taskforce_id = former.taskforce_id
           and event.id = former.event_id
          left join pledge_former_contacts as contact
            on contact.taskforce_id = change.taskforce_id
           and contact.id = change.id
         where change.taskforce_id = $1
           and change.pledge_id = $2
         order by change.version desc
        """,
        taskforce_id,
        pledge.id,
    )
    reviews = await conn.fetch(
        """
        select version, decision, decided_by, decided_at
          from pledge_reviews
         where taskforce_id = $1
           and pledge_id = $2
        """,
        taskforce_id,
        pledge.id,
    )
    tasks = (await load_catalogue(conn, taskforce_id)).labels()
    merges = await conn.fetch(
        """
        select decided.pledge_version as version, decided.decision, decided.decided_by, decided.decided_at
          from duplicate_proposals as proposal
          join duplicate_decisions as decided
            on decided.taskforce_id = proposal.taskforce_id
           and decided.proposal_id = proposal.id
         where proposal.taskforce_id = $1
           and (proposal.first_id = $2 or proposal.second_id = $2)
           and decided.pledge_id = $2
        """,
        taskforce_id,
        pledge.id,
    )
    steps = await conn.fetch(
        """
        select version, kind, (before ->> 'number')::integer as number, effective_on, trial_ends_on, reason, note,
               changed_by, changed_at
          from position_changes
         where taskforce_id = $1
           and pledge_id = $2
        """,
        taskforce_id,
        pledge.id,
    )
    entries = [
        *_changes(changes, present_terms(pledge), tasks),
        *map(_review, reviews),
        *map(_merge, merges),
        *map(_position_step, steps),
    ]
    return sorted(entries, key=lambda entry: entry.version, reverse=True)


def _changes(rows: Sequence[asyncpg.Record], after: VersionTerms, tasks: Mapping[str, str]) -> list[HistoryEntry]:
    """Return the changes in `rows`, the latest first. `after` is what the latest correction has led to."""
    entries = []
    for row in rows:
        differences: tuple[Difference, ...] = ()
        if row["corrected"]:
            before = _former(row)
            differences = tuple(differences_of(before, after, tasks))
            after = before
        kind, reason = row["kind"], row["reason"]
        title = _(KINDS[kind])
        if reason:
            title = f"{title}: {_(WITHDRAWALS[reason])}"
        entries.append(
            HistoryEntry(
                row["version"],
                title,
                row["changed_at"],
                row["changed_by"],
                row["note"],
                differences,
                by_company=row["by_company"],
            )
        )
    return entries


def _review(row: asyncpg.Record) -> HistoryEntry:
    decision = row["decision"]
    return HistoryEntry(row["version"], _(REVIEWS[decision]), row["decided_at"], row["decided_by"])


def _merge(row: asyncpg.Record) -> HistoryEntry:
    decision = row["decision"]
    return HistoryEntry(row["version"], _(KINDS[decision]), row["decided_at"], row["decided_by"])


def _position_step(row: asyncpg.Record) -> HistoryEntry:
    kind, reason = row["kind"], row["reason"]
    title = f"{_('Position %(number)s', number=row['number'])}: {_(POSITION_STEPS[kind])}"
    if row["trial_ends_on"]:
        title += " " + _(
            "%(first)s to %(last)s", first=date_text(row["effective_on"]), last=date_text(row["trial_ends_on"])
        )
    if reason:
        words = CANCELLATIONS if kind == "cancelled" else REOPENINGS
        title = f"{title}: {_(words[reason]) if reason in words else reason}"
    return HistoryEntry(row["version"], title, row["changed_at"], row["changed_by"], row["note"])


def _former(row: asyncpg.Record) -> VersionTerms:
    return VersionTerms(
        company=company_of(row),
        event_title=row["event_title"],
        contact=contact_of(row),
        job_type=row["job_type"],
        positions=row["position_count"],
        hours_from=row["weekly_hours_from"],
        hours_to=row["weekly_hours_to"],
        tasks=tuple(row["tasks"]),
        earliest_start=row["earliest_start"],
    )


def present_terms(pledge: PledgeOut) -> VersionTerms:
    """Return the terms of a pledge as it is now."""
    return VersionTerms(
        company=pledge.company.typed(),
        event_title=pledge.event_title,
        contact=pledge.contact,
        job_type=pledge.job_type,
        positions=pledge.positions,
        hours_from=pledge.weekly_hours.start,
        hours_to=pledge.weekly_hours.to,
        tasks=tuple(pledge.tasks),
        earliest_start=pledge.earliest_start,
    )


def differences_of(before: VersionTerms, after: VersionTerms, tasks: Mapping[str, str]) -> list[Difference]:
    """Return what differs between two versions of a pledge. A contact that was erased is not compared.

    Args:
        tasks: the labels of the taskforce's tasks by code.
    """
    then, now = facts_in_words(before, tasks), facts_in_words(after, tasks)
    if before.contact is None or after.contact is None:
        then[_("Contact")] = now[_("Contact")]
    return [Difference(label, then[label], now[label]) for label in then if then[label] != now[label]]


def facts_in_words(terms: VersionTerms, tasks: Mapping[str, str]) -> dict[str, str]:
    """Return what is pledged, by the label of each fact, in the current language."""
    company, contact = terms.company, terms.contact
    facts = {
        _("Company"): company.name,
        _("CVR number"): company.cvr,
        _("P-number"): company.p_number,
        _("Municipality"): company.municipality,
        _("Event"): terms.event_title,
        _("Contact"): contact
        and ", ".join(filter(None, [contact.name, contact.phone and phone_text(contact.phone), contact.email])),
        _("Kind of job"): _(JOB_TYPES[terms.job_type]),
        _("Positions"): number_text(terms.positions),
        _("Hours a week"): _hours(terms.hours_from, terms.hours_to),
        _("Tasks"): ", ".join(tasks.get(task, task) for task in terms.tasks),
        _("Can start from"): terms.earliest_start and date_text(terms.earliest_start),
    }
    return {label: value or NOTHING for label, value in facts.items()}


def _hours(start: Decimal, to: Decimal) -> str:
    return number_text(start) if start == to else f"{number_text(start)}–{number_text(to)}"
