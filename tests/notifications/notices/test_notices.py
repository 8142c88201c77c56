"""Which message leads to which notice, for whom, with which facts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

from services.notifications.notices.notice import is_too_old
from services.notifications.notices.registry import KINDS, plan
from tests.notifications.messages import (
    board_released,
    call_list,
    checkpoint_due,
    hire,
    invited,
    meeting_pack,
    pledge,
    taskforce,
)

HERE, ELSEWHERE = uuid4(), uuid4()


def test_a_pledge_leads_to_a_notice_for_its_contact() -> None:
    message = pledge(HERE, positions=3)
    (notice,) = plan(message)
    assert (notice.rule, notice.recipient_kind, notice.recipient_id) == (
        "pledge_received",
        "pledge_contact",
        message.pledge_id,
    )
    assert notice.facts["positions"] == 3


def test_a_pledge_that_does_not_count_leads_to_no_notice() -> None:
    assert plan(pledge(HERE, counted=False)) == []


def test_a_hire_leads_to_a_notice_for_the_person_who_logged_its_pledge() -> None:
    message = hire(HERE)
    (notice,) = plan(message)
    assert (notice.rule, notice.recipient_kind, notice.recipient_id) == (
        "pledge_became_hire",
        "person",
        message.logged_by,
    )


def test_every_invitation_leads_to_a_notice_of_its_own() -> None:
    message = invited(HERE)
    (notice,) = plan(message)
    assert (notice.rule, notice.recipient_kind, notice.recipient_id) == ("invitation", "person", message.person_id)
    assert notice.facts == {}
    (again,) = plan(invited(HERE, person_id=message.person_id))
    assert again.delivery_id != notice.delivery_id


def test_a_hire_without_a_pledge_or_without_a_logger_leads_to_no_notice() -> None:
    assert plan(hire(HERE, pledge_id=None)) == []
    assert plan(hire(HERE, logged_by=None)) == []


def test_a_call_list_leads_to_a_notice_for_the_person_who_rings() -> None:
    message = call_list(HERE)
    (notice,) = plan(message)
    assert (notice.recipient_kind, notice.recipient_id) == ("person", message.person_id)
    assert notice.facts["calls"] == 2


def test_calls_that_nobody_makes_lead_to_a_notice_for_a_coordinator() -> None:
    message = call_list(HERE, person_id=None)
    (notice,) = plan(message)
    assert (notice.recipient_kind, notice.recipient_id) == ("coordinator", message.event_id)


def test_a_call_list_is_as_old_as_the_morning_it_was_due() -> None:
    message = call_list(HERE, due_at=datetime.now(UTC) - timedelta(hours=25))
    assert is_too_old(plan(message)[0].happened_at, datetime.now(UTC))


def test_a_pack_leads_to_one_notice_for_each_person_that_names_only_the_meeting() -> None:
    message = meeting_pack(HERE)
    (notice,) = plan(message)
    assert (notice.rule, notice.recipient_kind, notice.recipient_id) == ("meeting_pack", "person", message.person_id)
    assert notice.facts == {"meeting_id": str(message.meeting_id)}
    assert plan(meeting_pack(HERE, meeting_id=message.meeting_id))[0].delivery_id != notice.delivery_id
    assert is_too_old(plan(meeting_pack(HERE, ago=timedelta(hours=25)))[0].happened_at, datetime.now(UTC))


def test_a_release_leads_to_a_notice_only_when_the_signs_are_due_and_never_to_an_old_one() -> None:
    (notice,) = plan(board_released(HERE))
    assert (notice.rule, notice.recipient_kind) == ("board_sign", "coordinator")
    assert notice.facts == {"count": 206, "as_of": "2026-12-01"}
    assert plan(board_released(HERE, version=4))[0].delivery_id != notice.delivery_id
    assert plan(board_released(HERE, sign_due=False)) == []
    assert is_too_old(plan(board_released(HERE, ago=timedelta(hours=25)))[0].happened_at, datetime.now(UTC))


def test_a_due_checkpoint_leads_to_one_notice_for_the_contact_of_the_pledge() -> None:
    message = checkpoint_due(HERE)
    (notice,) = plan(message)
    assert (notice.rule, notice.recipient_kind, notice.recipient_id) == (
        "still_employed",
        "pledge_contact",
        message.pledge_id,
    )
    assert plan(checkpoint_due(HERE, hire_id=message.hire_id, months=6))[0].delivery_id != notice.delivery_id


def test_what_became_of_every_notice_about_a_pledge_or_a_hire_is_published() -> None:
    for message in (pledge(HERE), hire(HERE), checkpoint_due(HERE), call_list(HERE), invited(HERE), meeting_pack(HERE)):
        (notice,) = plan(message)
        assert KINDS[notice.rule].published == ("pledge_id" in notice.facts), notice.rule


def test_messages_of_the_register_lead_to_no_notice() -> None:
    assert plan(taskforce(HERE)) == []


def test_every_version_of_a_hire_is_one_and_the_same_notice() -> None:
    first = hire(HERE)
    later = first.model_copy(update={"version": 2, "ended_on": date(2027, 1, 31)})
    assert plan(first)[0].delivery_id == plan(later)[0].delivery_id


def test_a_late_version_of_a_hire_is_as_old_as_its_confirmation() -> None:
    message = hire(HERE, confirmed_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert is_too_old(plan(message)[0].happened_at, datetime.now(UTC))


def test_an_imported_pledge_is_as_old_as_the_day_it_was_given() -> None:
    imported = pledge(HERE, captured_by="import", pledged_on=date(2024, 3, 1))
    assert is_too_old(plan(imported)[0].happened_at, datetime.now(UTC))


def test_a_pledge_imported_the_next_morning_is_not_too_old() -> None:
    now = datetime(2026, 12, 2, 8, 30, tzinfo=UTC)
    imported = pledge(HERE, captured_by="import", recorded_at=now, pledged_on=date(2026, 12, 1))
    happened_at = plan(imported)[0].happened_at
    assert happened_at == datetime(2026, 12, 1, 23, 0, tzinfo=UTC), "midnight in Denmark"
    assert not is_too_old(happened_at, now)


def test_a_change_by_a_phone_with_a_wrong_clock_is_not_too_old() -> None:
    message = pledge(HERE, captured_at=datetime(1970, 1, 1, tzinfo=UTC), pledged_on=date(1970, 1, 1))
    assert not is_too_old(plan(message)[0].happened_at, datetime.now(UTC))


def test_news_is_old_after_a_day() -> None:
    now = datetime.now(UTC)
    assert not is_too_old(now - timedelta(hours=24), now)
    assert is_too_old(now - timedelta(hours=24, seconds=1), now)


def test_facts_are_counts_hours_dates_codes_and_ids() -> None:
    for message in (pledge(HERE), hire(HERE)):
        facts = plan(message)[0].facts
        assert set(facts) <= {
            "pledge_id",
            "hire_id",
            "event_id",
            "logged_by_guest",
            "job_type",
            "positions",
            "hours_from",
            "hours_to",
            "pledged_on",
            "weekly_hours",
            "start_date",
        }
        UUID(facts["pledge_id"])
