"""Saves what `events` publishes about companies, events, registrations, attendance and targets, what `dashboard`
publishes about targets, and what `notifications` publishes about mails."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from services.pledges.mails.store import save_mails
from services.pledges.register import store
from services.pledges.register.domain import name_key
from shared.contracts.dashboard import TargetJudged
from shared.contracts.events import (
    AgreementChanged,
    AgreementEnded,
    AgreementMade,
    AgreementState,
    AttendanceState,
    CheckInUndone,
    CompanyCheckedIn,
    CompanyRegistered,
    EmployerEventState,
    EventCancelled,
    EventClosed,
    EventDrafted,
    EventOpened,
    EventPassRevoked,
    EventPublished,
    RegistrationCancelled,
    RegistrationMade,
    RegistrationState,
    TargetDropped,
    TargetSet,
    TargetState,
)
from shared.contracts.notifications import MailSent, MailState, MailUndeliverable
from shared.messaging.consumer import Consumer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from shared.contracts.message import Message
    from shared.db.database import Connection
    from shared.messaging.envelope import Delivery

M = TypeVar("M", bound="Message")

GROUP = "tilsagn.pledges"
CHANNEL = "register"
"""Of notifications with a taskforce's id: what it knows of events and companies has changed."""
MESSAGES: tuple[type[Message], ...] = (
    CompanyRegistered,
    EventDrafted,
    EventPublished,
    EventOpened,
    EventClosed,
    EventCancelled,
    EventPassRevoked,
    CompanyCheckedIn,
    CheckInUndone,
    RegistrationMade,
    RegistrationCancelled,
    AgreementMade,
    AgreementChanged,
    AgreementEnded,
    TargetSet,
    TargetDropped,
    TargetJudged,
    MailSent,
    MailUndeliverable,
)


def create_consumer() -> Consumer:
    """Return the service's consumer."""
    return Consumer(group=GROUP, messages=MESSAGES, apply=apply)


async def apply(conn: Connection, deliveries: Sequence[Delivery]) -> None:
    """Save the newest state in the messages. Their versions make duplicates and replays harmless."""
    messages = [delivery.message for delivery in deliveries]
    if companies := _newest(CompanyRegistered, messages):
        await store.save_companies(
            conn,
            [
                (
                    one.taskforce_id,
                    one.company_id,
                    one.version,
                    one.name,
                    name_key(one.name) if one.name else None,
                    one.cvr,
                    one.municipality,
                    one.member,
                )
                for one in companies
            ],
        )
    if events := _newest(EmployerEventState, messages):
        await store.save_events(
            conn,
            [
                (
                    one.taskforce_id,
                    one.event_id,
                    one.version,
                    one.kind,
                    one.status,
                    one.title,
                    one.place,
                    one.starts_at,
                    one.ends_at,
                    one.opened_at,
                    one.closed_at,
                    one.goal_positions,
                    one.pass_generation,
                )
                for one in events
            ],
        )
    if attendances := _newest(AttendanceState, messages):
        await store.save_attendances(
            conn,
            [
                (
                    one.taskforce_id,
                    one.aggregate_id,
                    one.version,
                    one.event_id,
                    one.company_id,
                    one.checked_in_at,
                    one.undone_at if isinstance(one, CheckInUndone) else None,
                )
                for one in attendances
            ],
        )
    if registrations := _newest(RegistrationState, messages):
        await store.save_registrations(
            conn,
            [
                (
                    one.taskforce_id,
                    one.aggregate_id,
                    one.version,
                    one.event_id,
                    one.company_id,
                    one.cancelled_at if isinstance(one, RegistrationCancelled) else None,
                )
                for one in registrations
            ],
        )
    if agreements := _newest(AgreementState, messages):
        await store.save_agreements(
            conn,
            [
                (
                    one.taskforce_id,
                    one.aggregate_id,
                    one.version,
                    one.company_id,
                    one.role,
                    one.trainees,
                    one.starts_on,
                    one.ends_on,
                    one.recorded_at,
                )
                for one in agreements
            ],
        )
    await _save_targets(conn, messages)
    if mails := _newest(MailState, messages):
        await save_mails(conn, mails)
    for taskforce_id in sorted({message.taskforce_id for message in messages}):
        await conn.execute("select pg_notify($1, $2)", CHANNEL, str(taskforce_id))


async def _save_targets(conn: Connection, messages: Sequence[Message]) -> None:
    if targets := _newest(TargetState, messages):
        await store.save_targets(
            conn,
            [
                (
                    one.taskforce_id,
                    one.target_id,
                    one.version,
                    one.measure,
                    one.job_type,
                    one.value,
                    one.starts_on,
                    one.ends_on,
                    isinstance(one, TargetDropped),
                )
                for one in targets
            ],
        )
    if judged := _newest(TargetJudged, messages):
        await store.save_judgements(
            conn,
            [
                (one.taskforce_id, one.target_id, one.version, one.status, one.as_of, one.reachable_until)
                for one in judged
            ],
        )


def _newest(kind: type[M], messages: Iterable[Message]) -> list[M]:
    """Return the messages of one kind: the highest version of each aggregate, ordered by id.

    All workers lock rows in the same order, so they do not deadlock.
    """
    newest: dict[UUID, M] = {}
    for message in messages:
        if isinstance(message, kind):
            known = newest.get(message.aggregate_id)
            if known is None or message.version > known.version:
                newest[message.aggregate_id] = message
    return [newest[aggregate_id] for aggregate_id in sorted(newest)]
