"""Why a participant and a position fit or do not fit, in words and in the current language. Never a score."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from babel.dates import get_day_names

from services.pledges.matching.domain import CRITERIA, Criterion, Fact
from services.pledges.matching.queries import whole_km
from shared.i18n.translations import N_, current_language
from shared.i18n.translations import gettext as _
from shared.product.distances import MAIN_TOWNS
from shared.product.municipalities import municipality_name
from shared.product.vocabulary import JOB_TYPES
from shared.ui.formats import date_text, number_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date
    from decimal import Decimal

    from services.pledges.matching.domain import Offer, Verdict
    from services.pledges.participants.domain import Participant

CRITERION_WORDS: Final[Mapping[Criterion, str]] = MappingProxyType(
    {
        "job_type": N_("Kind of job"),
        "hours": N_("Hours"),
        "tasks": N_("Tasks"),
        "place": N_("Place"),
        "weekdays": N_("Days"),
        "transport": N_("Transport"),
        "start": N_("Start"),
    }
)
AGAINST: Final[Mapping[Criterion, str]] = MappingProxyType(
    {
        "job_type": N_("Another kind of job"),
        "hours": N_("The hours do not fit"),
        "tasks": N_("A task that the citizen cannot do"),
        "place": N_("Too far away"),
        "weekdays": N_("The days do not fit"),
        "transport": N_("No bus or train goes there"),
        "start": N_("The citizen starts too late"),
    }
)
"""What speaks against a pair, beside how many pairs it speaks against."""

QUESTIONS: Final[Mapping[Fact, str]] = MappingProxyType(
    {
        Fact("job_type", "participant"): N_("What kind of job does the citizen look for?"),
        Fact("hours", "participant"): N_("How many hours a week can the citizen work?"),
        Fact("tasks", "participant"): N_("Can the citizen do the tasks?"),
        Fact("tasks", "company"): N_("Which tasks are part of the job?"),
        Fact("place", "participant"): N_("How far can the citizen travel?"),
        Fact("place", "company"): N_("In which municipality is the workplace?"),
        Fact("weekdays", "participant"): N_("On which days can the citizen work?"),
        Fact("weekdays", "company"): N_("On which days is somebody needed?"),
        Fact("transport", "participant"): N_("How does the citizen get to work?"),
        Fact("transport", "company"): N_("Does a bus or train go to the workplace?"),
        Fact("start", "participant"): N_("From when can the citizen work?"),
        Fact("start", "company"): N_("How long can the company wait for somebody to start?"),
    }
)
"""What is not known, as a question to the side that can say it."""

_GETS_THERE: Final = MappingProxyType(
    {
        "walk": N_("Goes to work on foot"),
        "bicycle": N_("Goes to work by bicycle"),
        "car": N_("Goes to work by car"),
        "lift": N_("Is driven to work"),
    }
)


@dataclass(frozen=True, slots=True)
class Reason:
    """What one criterion says about a pair.

    Attributes:
        agrees: None: it is not known.
        question: the fact that is not known.
    """

    criterion: Criterion
    agrees: bool | None
    text: str
    question: Fact | None = None

    @property
    def label(self) -> str:
        """The criterion in a word."""
        return _(CRITERION_WORDS[self.criterion])


def question_text(fact: Fact) -> str:
    """Return a question in words."""
    return _(QUESTIONS[fact])


def reasons(
    verdict: Verdict, participant: Participant, offer: Offer, tasks: Mapping[str, str], *, today: date
) -> list[Reason]:
    """Return what each criterion says: first what speaks against it, then what is not known, then what speaks for it.

    Args:
        tasks: the words of the task catalogue, by code.
    """
    asked = {fact.criterion: fact for fact in verdict.unknowns}
    pair = _Pair(participant, offer, tasks, today)
    found = [
        Reason(
            criterion,
            verdict.on(criterion),
            _SAY[criterion](pair, verdict.on(criterion), asked.get(criterion)),
            asked.get(criterion),
        )
        for criterion in CRITERIA
    ]
    return sorted(found, key=lambda reason: (False, None, True).index(reason.agrees))


def listed(words: Iterable[str]) -> str:
    """Return words as a list: tirsdag, onsdag og torsdag."""
    *first, last = words
    return _("%(first)s and %(last)s", first=", ".join(first), last=last) if first else last


def weekday_words(days: Iterable[int]) -> str:
    """Return days of the week as a list, the first of the week first."""
    names = get_day_names("wide", locale=current_language())
    return listed(str(names[day - 1]) for day in sorted(days))


def hours_text(low: Decimal, high: Decimal) -> str:
    """Return weekly hours from and to: 5–10."""
    return number_text(low) if low == high else f"{number_text(low)}–{number_text(high)}"


@dataclass(frozen=True, slots=True)
class _Pair:
    participant: Participant
    offer: Offer
    task_words: Mapping[str, str]
    today: date

    def tasks(self, codes: Iterable[str]) -> str:
        """Those of the position's tasks that are among some codes."""
        wanted = frozenset(codes)
        return ", ".join(self.task_words.get(code, code) for code in self.offer.tasks if code in wanted)


def _job_type(pair: _Pair, agrees: bool | None, _fact: Fact | None) -> str:
    if agrees is None:
        return _("We do not know which kind of job the citizen looks for.")
    wanted = pair.participant.availability.job_types or frozenset()
    said = _("Looks for: %(jobs)s.", jobs=", ".join(_(label) for code, label in JOB_TYPES.items() if code in wanted))
    return said if agrees else _("%(said)s The position: %(job)s.", said=said, job=_(JOB_TYPES[pair.offer.job_type]))


def _hours(pair: _Pair, agrees: bool | None, _fact: Fact | None) -> str:
    known, offer = pair.participant.availability, pair.offer
    offered = hours_text(offer.hours_from, offer.hours_to)
    if agrees is None or known.weekly_hours_from is None or known.weekly_hours_to is None:
        return _(
            "We do not know how many hours the citizen can work; the position is %(offered)s hours a week.",
            offered=offered,
        )
    return _(
        "Can work %(theirs)s hours a week; the position is %(offered)s.",
        theirs=hours_text(known.weekly_hours_from, known.weekly_hours_to),
        offered=offered,
    )


def _tasks(pair: _Pair, agrees: bool | None, fact: Fact | None) -> str:
    theirs, offered = pair.participant.tasks, frozenset(pair.offer.tasks)
    if agrees is False:
        return _("Cannot do: %(tasks)s.", tasks=pair.tasks(theirs.cannot))
    if fact is not None and fact.asked == "company":
        return _("The company has not said which tasks there are.")
    not_asked = offered - theirs.can - theirs.want
    if agrees is None:
        return _("We do not know whether the citizen can do: %(tasks)s.", tasks=pair.tasks(not_asked))
    sentences = []
    if offered & theirs.want:
        sentences.append(_("Would like to do: %(tasks)s.", tasks=pair.tasks(theirs.want)))
    if offered & (theirs.can - theirs.want):
        sentences.append(_("Can do: %(tasks)s.", tasks=pair.tasks(theirs.can - theirs.want)))
    if not_asked:
        sentences.append(_("Not asked about: %(tasks)s.", tasks=pair.tasks(not_asked)))
    return " ".join(sentences)


def _place(pair: _Pair, agrees: bool | None, _fact: Fact | None) -> str:
    home, workplace = pair.participant.municipality, pair.offer.municipality
    farthest = pair.participant.availability.max_distance_km
    if workplace is None:
        return _("We do not know in which municipality the workplace is.")
    if workplace == home:
        return _("The workplace is in the same municipality, %(name)s.", name=municipality_name(home))
    km = whole_km(home, workplace)
    if km is None:
        return _("We do not know how far it is to %(town)s.", town=municipality_name(workplace))
    far = _(
        "From %(home)s to %(workplace)s is %(km)s km as the crow flies",
        home=MAIN_TOWNS[home].name,
        workplace=MAIN_TOWNS[workplace].name,
        km=km,
    )
    if farthest is None:
        return _("%(far)s; we do not know how far the citizen can travel.", far=far)
    if farthest == 0:
        return _("%(far)s; the citizen works within the municipality only.", far=far)
    return _("%(far)s; the citizen can travel %(most)s km.", far=far, most=farthest)


def _weekdays(pair: _Pair, _agrees: bool | None, _fact: Fact | None) -> str:
    theirs, needs = pair.participant.availability.weekdays, pair.offer.needs
    if needs.any_weekday:
        return _("The days can be agreed on with the company.")
    if needs.weekdays is None:
        return _("We do not know on which days somebody is needed.")
    needed = weekday_words(needs.weekdays)
    if theirs is None:
        return _("Somebody is needed on %(needed)s; we do not know when the citizen can work.", needed=needed)
    return _("Can work on %(theirs)s; somebody is needed on %(needed)s.", theirs=weekday_words(theirs), needed=needed)


def _transport(pair: _Pair, agrees: bool | None, _fact: Fact | None) -> str:
    transport = pair.participant.availability.transport
    if transport is None:
        return _("We do not know how the citizen gets to work.")
    if transport != "public":
        return f"{_(_GETS_THERE[transport])}."
    if agrees is None:
        return _("Takes the bus or train; we do not know whether one goes there.")
    if agrees:
        return _("Takes the bus or train, and one goes there.")
    return _("Takes the bus or train, and none goes there.")


def _start(pair: _Pair, agrees: bool | None, _fact: Fact | None) -> str:
    theirs, offer = pair.participant.availability.available_from, pair.offer
    if theirs is None:
        return _("We do not know from when the citizen can work.")
    begins = max(offer.earliest_start or pair.today, pair.today)
    if theirs <= begins:
        if begins == pair.today:
            return _("Can start now.")
        return _("Can start on %(day)s, when the job does.", day=date_text(begins))
    first = _("Can start on %(theirs)s; the job starts on %(job)s", theirs=date_text(theirs), job=date_text(begins))
    if agrees is None or offer.needs.latest_start is None:
        return _("%(first)s, and we do not know whether the company can wait.", first=first)
    latest = date_text(offer.needs.latest_start)
    if agrees:
        return _("%(first)s, and the company can wait until %(latest)s.", first=first, latest=latest)
    return _("%(first)s, and the company can wait until %(latest)s only.", first=first, latest=latest)


_SAY: Final[Mapping[Criterion, Callable[[_Pair, bool | None, Fact | None], str]]] = MappingProxyType(
    {
        "job_type": _job_type,
        "hours": _hours,
        "tasks": _tasks,
        "place": _place,
        "weekdays": _weekdays,
        "transport": _transport,
        "start": _start,
    }
)
