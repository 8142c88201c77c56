"""The words of the subject report: labels of columns, codes and reasons, on paper and on screen."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from shared.i18n.translations import N_, ngettext
from shared.i18n.translations import gettext as _
from shared.product.roles import ROLE_LABELS
from shared.product.vocabulary import END_REASONS
from shared.ui.formats import moment_text

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST: Final = 3000
"""The most characters of one value on paper: a dead letter may be five million long. The JSON has all of it."""

ACTIONS: Final = {
    "read": N_("read"),
    "search": N_("looked up"),
    "change": N_("changed"),
    "export": N_("handed out in a report"),
    "delete": N_("erased"),
}
REASONS: Final = {
    "casework": N_("Case work"),
    "placement": N_("A job is found for the person"),
    "profile_card": N_("The profile card is shown"),
    "subject_access": N_("The person has asked what is held about them"),
    "subject_rectification": N_("The person has requested a correction"),
    "subject_erasure": N_("The person has asked to be erased"),
    "supervision": N_("An authority that supervises data protection has asked"),
}
"""Labels of the purposes of the access log."""
_TABLES: Final = {
    "participants.participants": N_("Citizens"),
    "participants.target_groups": N_("Citizens: target groups"),
    "participants.notes": N_("Citizens: notes"),
    "participants.changes": N_("Citizens: changes"),
    "participants.matches": N_("Citizens: matches with positions"),
    "participants.pledges": N_("Citizens: jobs found for them"),
    "participants.cards_handed_over": N_("Citizens: cards handed over"),
    "participants.profile_cards": N_("Citizens: profile cards"),
    "participants.links": N_("Citizens: links of their own"),
}
_COLUMNS: Final = {
    "name": N_("Name"),
    "sort_name": N_("Name, to sort by"),
    "email": N_("E-mail address"),
    "phone": N_("Telephone"),
    "language": N_("Language"),
    "municipality": N_("Municipality code"),
    "programme": N_("Programme"),
    "note": N_("Note"),
    "body": N_("Note"),
    "title": N_("Item of the agenda"),
    "notes": N_("Minutes"),
    "text": N_("Decision"),
    "people": N_("Accounts it names, by their numbers"),
    "texts": N_("Words of the agenda and the decisions"),
    "meeting_id": N_("Meeting, by its number"),
    "as_of": N_("Day of the figures"),
    "made_at": N_("Made"),
    "query": N_("What the view shows"),
    "agreed": N_("What was agreed"),
    "reason": N_("Reason"),
    "set_aside_because": N_("Why the phone was set aside"),
    "outcome": N_("What came of the call"),
    "company_id": N_("Company, by its number in the system"),
    "company_name": N_("Company"),
    "company_cvr": N_("CVR number"),
    "company_p_number": N_("P-number"),
    "cvr": N_("CVR number"),
    "cvr_as_typed": N_("CVR number as typed"),
    "added_at": N_("Added"),
    "invited_at": N_("Invited"),
    "deactivated_at": N_("Closed"),
    "role": N_("Role"),
    "by_provider": N_("Given by the organisation's sign-in"),
    "linked_at": N_("First signed in there"),
    "backed_up": N_("Kept in a cloud"),
    "sign_count": N_("Times used"),
    "created_at": N_("Made"),
    "used_at": N_("Last used"),
    "device": N_("Browser"),
    "started_at": N_("Signed in"),
    "ends_at": N_("Ends"),
    "proved_at": N_("Last showed who they are"),
    "next": N_("On the way to"),
    "asked_at": N_("Asked for"),
    "recipient_kind": N_("Written to as"),
    "recipient_id": N_("Recipient's number"),
    "rule": N_("About"),
    "happened_at": N_("Happened"),
    "status": N_("Status"),
    "settled_at": N_("Sent or given up"),
    "id": N_("Number in the system"),
    "person_id": N_("The person's number"),
    "message_key": N_("Key"),
    "value": N_("Content"),
    "headers": N_("Headers"),
    "detail": N_("Reason"),
    "expires_at": N_("Good until"),
    "wrong_tries": N_("Wrong tries"),
    "at": N_("When"),
    "pledge_id": N_("Pledge, by its number"),
    "hire_id": N_("Hire, by its number"),
    "job_type": N_("Kind of job"),
    "case_reference": N_("Case reference"),
    "case_reference_key": N_("Case reference, to compare with"),
    "citizen_id": N_("Number at hires"),
    "left_on": N_("Left on"),
    "available_from": N_("Can work from"),
    "weekly_hours_from": N_("Hours a week, at least"),
    "weekly_hours_to": N_("Hours a week, at most"),
    "weekly_hours": N_("Hours a week"),
    "weekdays": N_("Weekdays (1 is Monday)"),
    "max_distance_km": N_("Longest distance in km"),
    "transport": N_("Gets to work by"),
    "job_types": N_("Kinds of jobs"),
    "tasks": N_("Tasks"),
    "tasks_can": N_("Tasks they can do"),
    "tasks_want": N_("Tasks they want to do"),
    "tasks_cannot": N_("Tasks they cannot do"),
    "registered_at": N_("Registered"),
    "code": N_("Code of the target group"),
    "valid_from": N_("Valid from"),
    "valid_until": N_("Valid until"),
    "keep_until": N_("Kept until"),
    "written_at": N_("Written"),
    "kind": N_("Kind"),
    "before": N_("As it was before"),
    "changed_at": N_("Changed"),
    "citizen_changed_at": N_("Changed by the citizen"),
    "position_id": N_("Position, by its number"),
    "matched_at": N_("Matched"),
    "ended_at": N_("Ended"),
    "outreach_id": N_("Visit or call, by its number"),
    "found_at": N_("Found"),
    "preferred_name": N_("Wants to be called"),
    "words": N_("In their own words"),
    "photo": N_("Photo"),
    "photo_type": N_("File type of the photo"),
    "photo_alt": N_("What the photo shows"),
    "basis": N_("What allows it"),
    "consented_on": N_("Consent given"),
    "withdrawn_at": N_("Withdrawn"),
    "revoked_at": N_("Closed"),
    "start_date": N_("First day"),
    "ended_on": N_("Last day"),
    "end_reason": N_("Why it ended"),
    "participant_id": N_("Citizen, by their number"),
    "captured_by": N_("Came in by"),
    "event_title": N_("Event"),
    "event_id": N_("Event, by its number"),
    "program": N_("Program"),
    "api_key_id": N_("Key, by its number"),
    "order_id": N_("Order, by its number"),
    "erased_table": N_("Where"),
    "erased_key": N_("Number of the row"),
    "action": N_("What was done"),
    "what_table": N_("Where"),
    "what_key": N_("Number of the row"),
    "why": N_("Reason"),
}
_END_REASONS: Final = {str(code): label for code, label in END_REASONS.items()}
_CODES: Final[Mapping[str, Mapping[str, str]]] = {
    "role": ROLE_LABELS,
    "language": {"da": N_("Danish"), "en": N_("English")},
    "programme": {
        "smaajob_effort": N_("Small-job effort"),
        "training_track": N_("Training track"),
        "job_network": N_("Job network"),
    },
    "recipient_kind": {
        "pledge_contact": N_("contact of a pledge"),
        "person": N_("holder of an account"),
        "coordinator": N_("coordinator"),
    },
    "rule": {
        "pledge_received": N_("a pledge was received"),
        "pledge_became_hire": N_("a pledge became a hire"),
        "sign_in_link": N_("a link to sign in with"),
        "invitation": N_("that they have an account"),
        "call_list": N_("whom to ring after an event"),
    },
    "status": {
        "waiting": N_("waits to be sent"),
        "sent": N_("sent"),
        "skipped": N_("not sent"),
        "failed": N_("could not be sent"),
        "expired": N_("not sent: too late"),
        "active": N_("active"),
        "paused": N_("paused"),
        "left": N_("has left"),
    },
    "action": ACTIONS,
    "why": REASONS,
    "job_type": {
        "smaajob": N_("småjob"),
        "praktik": N_("internship (praktik)"),
        "loentilskud": N_("wage subsidy (løntilskud)"),
        "fleksjob": N_("flex job (fleksjob)"),
        "ordinaer": N_("ordinary job"),
        "traening": N_("training track"),
    },
    "outcome": {
        "reached": N_("spoken with"),
        "not_reached": N_("not reached"),
        "again": N_("ring again"),
        "hired": N_("it became a job"),
        "reopened": N_("the position was opened again"),
        "undone": N_("the match was undone"),
        "cancelled": N_("the position was cancelled"),
    },
    "transport": {
        "walk": N_("on foot"),
        "bicycle": N_("bicycle"),
        "public": N_("bus or train"),
        "car": N_("car"),
        "lift": N_("a lift"),
    },
    "basis": {"consent": N_("consent"), "public_task": N_("the municipality's task")},
    "end_reason": _END_REASONS,
    "reason": _END_REASONS,
    "captured_by": {
        "phone": N_("phone"),
        "web": N_("web"),
        "paper": N_("paper"),
        "import": N_("import"),
        "api": N_("another program"),
    },
}
"""Labels of codes by column; other codes are shown as they are."""
NUMBERS: Final = frozenset(
    {
        *("id", "person_id", "company_id", "recipient_id", "pledge_id", "hire_id", "api_key_id", "order_id"),
        *(
            "erased_key",
            "what_key",
            "event_id",
            "meeting_id",
            "people",
            "participant_id",
            "citizen_id",
            "position_id",
            "outreach_id",
        ),
    }
)
"""Columns with ids, which mean nothing to a person."""


def column_word(name: str) -> str:
    """Return the label of a column in the current language; its name where it has none."""
    return _(_COLUMNS[name]) if name in _COLUMNS else name


def shown(value: Any, column: str = "") -> str:
    """Return a value of the report for people: moments formatted, codes as labels.

    Args:
        column: the value's column, for codes.
    """
    codes = _CODES.get(column, {})
    if isinstance(value, str) and value in codes:
        return _(codes[value])
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, str) and len(value) >= len("2026-11-22T10:00:00") and value[10] == "T":
        try:
            return moment_text(datetime.fromisoformat(value))
        except ValueError:
            return value
    text = str(value)
    if len(text) > LONGEST:
        return text[:LONGEST] + " … " + _("(cut here: all of it is in the report as JSON)")
    return text


def who_looked(subject: str) -> str:
    """Return the label of the subject in an entry of the access log."""
    kind, _colon, number = subject.partition(":")
    if kind == "person":
        return _("Account %(number)s") % {"number": number}
    return _("The operator of the installation") if subject == "operator" else subject


def where_text(service: str, table: str) -> str:
    """Return the label of a table in entries of the access log and of the ledger; its name where it has none."""
    label = _TABLES.get(table)
    return _(label) if label else f"{service}.{table}"


def kept_for(group: Mapping[str, Any]) -> str:
    """Return the retention period of a group of the report, in words."""
    months = group["months"]
    if not months:
        return str(group["counted_from"])
    if months % 12:
        time = ngettext("%(num)s month", "%(num)s months", months) % {"num": months}
    else:
        time = ngettext("%(num)s year", "%(num)s years", months // 12) % {"num": months // 12}
    return _("%(time)s after %(moment)s") % {"time": time, "moment": group["counted_from"]}


def pairs(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the labels and values of a row: empty values left out, ids last."""
    names = [name for name, value in row.items() if value is not None and value != ""]
    return [(column_word(name), shown(row[name], name)) for name in sorted(names, key=lambda name: name in NUMBERS)]
