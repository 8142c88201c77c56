"""Deadlines of data about participants, and how a participant is found and erased. See `retention` and `subjects`.

A participant is found by the case reference of their municipality only: a name on a card is nobody's own. All of it
runs in a session that sees the participants of the whole taskforce (`participants.access.SIGHT_OF_ALL`).

An administrator who answers a citizen may not read participants. The page says how many rows there are; what they say
leaves the service in the report only, which is handed on to the citizen.
"""

from __future__ import annotations

from typing import Final

from shared.privacy.retention import Job, delete_overdue
from shared.privacy.subjects import SubjectLookup

# Somebody whose record nobody has changed for two years counts as having left then, and a job whose end nobody has
# reported as having lasted four years, as for its contact person.
_PARTICIPANTS: Final = Job(
    name="participants",
    overdue="""
        select participant.id,
               ended.day as since
          from participants.participants as participant
         cross join lateral (
               select greatest(coalesce(participant.left_on,
                                        (greatest(participant.registered_at,
                                                  (select max(change.changed_at)
                                                     from participants.changes as change
                                                    where change.taskforce_id = participant.taskforce_id
                                                      and change.participant_id = participant.id))
                                         + make_interval(months => 24))::date),
                               (select max(coalesce(hire.ended_on, hire.start_date + make_interval(months => 48)))::date
                                  from hires as hire
                                 where hire.taskforce_id = participant.taskforce_id
                                   and hire.citizen_id = participant.citizen_id)) as day
               ) as ended
         where participant.taskforce_id = $2
           and ended.day < current_date - make_interval(months => $1)
    """,
    remove=delete_overdue("participants.participants"),
)

_NOTES: Final = Job(
    name="participant_notes",
    overdue="""
        select id,
               keep_until as since
          from participants.notes
         where taskforce_id = $2
           and keep_until <= current_date - make_interval(months => $1)
    """,
    remove=delete_overdue("participants.notes"),
)

_CHANGES: Final = Job(
    name="participant_changes",
    overdue="""
        select id,
               changed_at as since
          from participants.changes
         where taskforce_id = $2
           and changed_at < current_date - make_interval(months => $1)
    """,
    remove=delete_overdue("participants.changes"),
)

_MATCHES: Final = Job(
    name="participant_matches",
    overdue="""
        select id,
               ended_at as since
          from participants.matches
         where taskforce_id = $2
           and ended_at < current_date - make_interval(months => $1)
    """,
    remove=delete_overdue("participants.matches"),
)

# Emptied like a card that is withdrawn. What allowed it stays as long as the participant.
_PROFILE_CARDS: Final = Job(
    name="profile_cards",
    overdue="""
        select participant_id as id,
               valid_until as since
          from participants.profile_cards
         where taskforce_id = $2
           and valid_until < current_date - make_interval(months => $1)
           and (photo is not null or preferred_name <> '' or words <> '' or tasks <> '{}')
    """,
    remove="""
        update participants.profile_cards
           set preferred_name = '',
               words = '',
               tasks = '{}',
               photo = null,
               photo_type = null,
               photo_alt = null,
               withdrawn_at = coalesce(withdrawn_at, clock_timestamp()),
               version = version + 1
         where taskforce_id = $2
           and participant_id in (select id from overdue)
        returning participant_id
    """,
)

_LINKS: Final = Job(
    name="profile_card_links",
    overdue="""
        select id,
               least(expires_at, revoked_at) as since
          from participants.links
         where taskforce_id = $2
           and least(expires_at, revoked_at) < current_date - make_interval(months => $1)
    """,
    remove=delete_overdue("participants.links"),
)

JOBS: Final = (_NOTES, _CHANGES, _MATCHES, _PROFILE_CARDS, _LINKS, _PARTICIPANTS)
"""What goes with a participant is removed first, so that each job has removed what it counted."""

_KNOWN: Final = """
    select participant.{column}
      from participants.participants as participant,
           identifiers
     where participant.taskforce_id = current_taskforce()
       and participant.municipality || ' ' || participant.case_reference_key = any (identifiers.cases)
"""
_KNOWN_ID: Final = _KNOWN.format(column="id")
_KNOWN_CITIZEN: Final = _KNOWN.format(column="citizen_id")
_ABOUT_KNOWN: Final = """
    select held.{key}
      from {table} as held
     where held.taskforce_id = current_taskforce()
       and held.participant_id in ({known})
"""
# Of any reason: that there is one for health would say so on the administrator's page.
_REASONS: Final = """
    select hire.id
      from hires as hire
     where hire.taskforce_id = current_taskforce()
       and hire.end_reason is not null
       and hire.citizen_id in ({known})
"""
_REASONS_BEFORE: Final = """
    select change.id
      from hire_changes as change
      join hires as hire
        on hire.taskforce_id = change.taskforce_id
       and hire.id = change.hire_id
     where change.taskforce_id = current_taskforce()
       and change.reason is not null
       and hire.citizen_id in ({known})
"""
_REASON_STAYS: Final = (
    "Koden bevares uden forbindelse til borgeren, til fristen udløber. Den findes kun, hvor ansættelsen siger, hvem "
    "borgeren er; spørg ellers kommunen."
)
_ERASE: Final = """
    delete from {table}
     where taskforce_id = current_taskforce()
       and {key} = any ($1)
    returning {key}
"""


def _of_known(group: str, table: str, *, key: str = "id", context: tuple[str, ...] = ()) -> SubjectLookup:
    """Return the lookup for a table with rows about participants."""
    return SubjectLookup(
        group,
        table,
        find=_ABOUT_KNOWN.format(key=key, table=table, known=_KNOWN_ID),
        erase=_ERASE.format(key=key, table=table),
        key=key,
        context_columns=context,
        in_report_only=True,
    )


# With a participant goes what is about them; a line in the ledger for each of it is written first.
LOOKUPS: Final = (
    _of_known("participant_target_groups", "participants.target_groups"),
    _of_known("participant_notes", "participants.notes", context=("written_at",)),
    _of_known("participant_changes", "participants.changes", context=("changed_at",)),
    _of_known("participant_matches", "participants.matches"),
    _of_known("participant_pledges", "participants.pledges", key="participant_id"),
    _of_known("participant_cards_handed_over", "participants.cards_handed_over", key="participant_id"),
    _of_known("profile_cards", "participants.profile_cards", key="participant_id"),
    _of_known("profile_card_basis", "participants.profile_cards", key="participant_id"),
    _of_known("profile_card_links", "participants.links"),
    SubjectLookup(
        "participants",
        "participants.participants",
        find=_KNOWN_ID,
        erase=_ERASE.format(table="participants.participants", key="id"),
        context_columns=("registered_at",),
        in_report_only=True,
    ),
    SubjectLookup(
        "citizen_hires",
        "hires",
        find=_KNOWN_CITIZEN,
        erase=None,
        key="citizen_id",
        why="Ansættelsen bevares, fordi tal om job regnes ud fra den. Nummeret er ingens, når borgeren er slettet.",
        context_columns=("company_name", "job_type", "start_date", "weekly_hours", "ended_on"),
        in_report_only=True,
    ),
    SubjectLookup(
        "end_reasons",
        "hires",
        find=_REASONS.format(known=_KNOWN_CITIZEN),
        erase=None,
        why=_REASON_STAYS,
        in_report_only=True,
    ),
    SubjectLookup(
        "end_reasons",
        "hire_changes",
        find=_REASONS_BEFORE.format(known=_KNOWN_CITIZEN),
        erase=None,
        why=_REASON_STAYS,
        in_report_only=True,
    ),
)
