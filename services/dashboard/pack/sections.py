"""The sections of a document that come from the figures: headlines, funnel, quarters, events, whether jobs last.

Every number, title and label is the one that the dashboard's page shows. In the current language.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.dashboard.measures import catalogue
from services.dashboard.measures.attendance import CompaniesPresent
from services.dashboard.measures.figures import employed_after, total_of_types
from services.dashboard.measures.hires import (
    Hires,
    HiresCurrent,
    HiresCurrentByHours,
    HiresCurrentByLadder,
    HiresEndedByReason,
    HiresStartingLater,
    HiresWithoutPledge,
    StillEmployed,
)
from services.dashboard.measures.outreach import KINDS, OutreachNewCompanies
from services.dashboard.measures.pledges import PledgedPositions
from services.dashboard.measures.waits import PAIRS, MedianDays
from services.dashboard.overview import findings
from services.dashboard.overview.lasting import ladder_label
from services.dashboard.overview.restricted import shown_counts, shown_employed
from services.dashboard.overview.views.cards import citizens_in_words
from services.dashboard.overview.views.charts import funnel_steps
from services.dashboard.pack.breakdowns import breakdowns_section
from services.dashboard.pack.document import Chart, Column, Entry, Headline, Section, Share, Sign, Table
from services.dashboard.read_model.ladder import CHECKPOINT_MONTHS
from shared.i18n.translations import gettext as _
from shared.i18n.translations import ngettext
from shared.product.vocabulary import JOB_TYPES
from shared.ui.charts import Bar, Period, Step, draw_bars, draw_columns, draw_funnel
from shared.ui.charts.palette import PROMISED, REAL
from shared.ui.formats import date_text, number_text, quarter_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from services.dashboard.measures.figures import Employed, EventFigures, Figures
    from services.dashboard.measures.measure import Measure
    from services.dashboard.measures.waits import Wait
    from services.dashboard.pack.document import Cell
    from shared.contracts.pledges import JobType

WIDTH: Final = 760
"""The width of every chart, in its own units; the paper's width is given to it."""
CHARTED_EVENTS: Final = 12
CHARTED_QUARTERS: Final = 12
_BY_TYPE: Final[tuple[type[Measure], ...]] = (
    PledgedPositions,
    Hires,
    HiresWithoutPledge,
    HiresCurrent,
    HiresStartingLater,
)


def figure_sections(figures: Figures, job_type: JobType, *, hides_small: bool) -> list[Section]:
    """Return the sections of the figures of one job type.

    Args:
        hides_small: hide counts of 1 to 4 persons, with what would give them away, where the page hides them from this
            audience.
    """
    return [
        headlines(figures, job_type),
        funnel(figures, job_type),
        quarters(figures, job_type),
        events(figures, job_type),
        *reached(figures),
        breakdowns_section(figures, job_type, hides_small=hides_small),
        *([] if figures.hides_groups else [do_jobs_last(figures, job_type, hides_small=hides_small)]),
    ]


def headlines(figures: Figures, job_type: JobType) -> Section:
    """Return the headline figures, and all of them by job type."""
    rows: list[list[Cell]] = [
        [_(JOB_TYPES[one]), *(figures.counts.by_job_type(measure)[one] for measure in _BY_TYPE)]
        for one in JOB_TYPES
        if any(figures.counts.by_job_type(measure)[one] for measure in _BY_TYPE)
    ]
    table = Table(
        _("By job type"),
        [Column(_("Job type"), words=True), *(Column(_(measure.label)) for measure in _BY_TYPE)],
        rows,
        note=_("Job types are different things and are not added together."),
    )
    return Section(
        "headlines",
        _("Where we are"),
        _("Where we are"),
        _caption(figures, job_type),
        headlines=[_headline(figures, measure, job_type) for measure in catalogue.HEADLINES],
        tables=[table] if rows else [],
    )


def _headline(figures: Figures, measure: type[Measure], job_type: JobType) -> Headline:
    # Never `now`: a document made again on a later day is the same one.
    label = _("Employed on that day") if measure is HiresCurrent else _(measure.label)
    without_pledge = figures.counts.by_job_type(HiresWithoutPledge)[job_type]
    notes: list[str | None] = []
    if measure is Hires and without_pledge:
        notes.append(
            ngettext(
                "%(count)s of them without a pledge",
                "%(count)s of them without a pledge",
                without_pledge,
                count=number_text(without_pledge),
            )
        )
    # Last: the hires without a pledge are of the hires, not of the citizens.
    notes.append(citizens_in_words(figures, measure, job_type))
    return Headline(figures.counts.by_job_type(measure)[job_type], label, " · ".join(note for note in notes if note))


def funnel(figures: Figures, job_type: JobType) -> Section:
    """Return the way from a pledge to a job, and how many days it takes."""
    steps = funnel_steps(figures, job_type)
    title = findings.funnel(int(steps[0].value), int(steps[-1].value))
    pledged = steps[0].value
    rows = [
        [
            step.label,
            int(step.value),
            Share(step.value / pledged) if place and 0 < step.value <= pledged else Sign.NOT_APPLICABLE,
        ]
        for place, step in enumerate(steps)
    ]
    waits: list[list[Cell]] = [[_(label), *_wait(figures.waits[pair])] for pair, label in PAIRS.items()]
    return Section(
        "funnel",
        title,
        _("From pledge to job"),
        _caption(figures, job_type),
        charts=[_funnel_chart(title, steps)] if any(step.value for step in steps) else [],
        tables=[
            Table(
                _("From pledge to job"),
                [Column(_("Step"), words=True), Column(_("Number")), Column(_("Of the pledged"))],
                rows,
            ),
            Table(
                _(MedianDays.label),
                [Column(_("From one step to a later one"), words=True), Column(_("Days")), Column(_("Cases"))],
                waits,
                note=_("All job types together."),
            ),
        ],
    )


def _wait(wait: Wait) -> tuple[Cell, Cell]:
    """Return the cells of the days and of the cases."""
    if wait.cases is None:
        return Sign.HIDDEN, Sign.HIDDEN
    return Sign.NOT_APPLICABLE if wait.days is None else wait.days, wait.cases


def _funnel_chart(title: str, steps: Sequence[Step]) -> Chart:
    said = ", ".join(f"{step.label}: {number_text(step.value)}" for step in steps)
    return Chart(draw_funnel("pack-funnel", title, steps, WIDTH), f"{title}. {said}.")


def quarters(figures: Figures, job_type: JobType) -> Section:
    """Return what each quarter has added."""
    counted = [
        findings.Quarter(
            quarter.begins_on,
            quarter.counts.by_job_type(PledgedPositions)[job_type],
            quarter.counts.by_job_type(Hires)[job_type],
        )
        for quarter in figures.quarters
    ]
    title = findings.quarters(counted)
    names = [_("Pledged positions"), _("Hires")]
    periods = [Period(quarter_text(one.begins_on), (one.pledged, one.hires), short=_short(one)) for one in counted][
        -CHARTED_QUARTERS:
    ]
    charts = [
        Chart(
            draw_columns("pack-quarters", title, periods, names, WIDTH, series=(PROMISED, REAL)),
            f"{title}. " + _("The table below has the number of every quarter."),
            legend=list(zip((PROMISED, REAL), names, strict=True)),
        )
    ]
    return Section(
        "quarters",
        title,
        _("Quarter by quarter"),
        _caption(figures, job_type),
        charts=charts if counted else [],
        tables=[
            Table(
                _("Quarter by quarter"),
                [Column(_("Quarter"), words=True), *map(Column, names)],
                [[quarter_text(one.begins_on), one.pledged, one.hires] for one in reversed(counted)],
            )
        ]
        if counted
        else [],
        empty=_("There is nothing to show yet."),
    )


def _short(quarter: findings.Quarter) -> str:
    """`K4 26`: short enough for the axis of a chart."""
    number, year = (quarter.begins_on.month + 2) // 3, quarter.begins_on.year % 100
    return _("Q%(number)s %(year)s", number=number, year=f"{year:02}")


def events(figures: Figures, job_type: JobType) -> Section:
    """Return the results of each event beside its goal."""
    goals = [
        findings.Goal(total_of_types(event.counts.by_job_type(PledgedPositions)), event.goal_positions)
        for event in figures.events
    ]
    title = findings.events(goals)
    bars = [
        Bar(_event_name(event), goal.pledged, goal=goal.goal)
        for event, goal in zip(figures.events[:CHARTED_EVENTS], goals, strict=False)
    ]
    rows: list[list[Cell]] = [
        [
            event.title or _("An event not yet known here"),
            event.date or Sign.UNKNOWN,
            event.counts.number(CompaniesPresent),
            goal.goal if goal.goal is not None else Sign.NOT_APPLICABLE,
            goal.pledged,
            *(event.counts.by_job_type(one)[job_type] for one in (PledgedPositions, Hires, HiresStartingLater)),
        ]
        for event, goal in zip(figures.events, goals, strict=True)
    ]
    label = _(JOB_TYPES[job_type])
    return Section(
        "events",
        title,
        _("Event by event"),
        _(
            "The goal and all positions are of all job types together; the other columns are of one: %(job_type)s.",
            job_type=label,
        ),
        charts=[
            Chart(
                draw_bars("pack-events", title, bars, WIDTH, series=PROMISED),
                f"{title}. " + _("The table below has every event with its goal."),
            )
        ]
        if bars
        else [],
        tables=[
            Table(
                _("Event by event"),
                [
                    Column(_("Event"), words=True),
                    Column(_("Day")),
                    Column(_("Companies present")),
                    Column(_("Goal")),
                    Column(_("All positions")),
                    Column(_("Pledged positions")),
                    Column(_("Hires")),
                    Column(_("Confirmed, starting later")),
                ],
                rows,
            )
        ]
        if rows
        else [],
        empty=_("There is nothing to show yet."),
    )


def _event_name(event: EventFigures) -> str:
    if event.title is None or event.date is None:
        return _("An event not yet known here")
    # A chart breaks its labels at spaces, but not within a date.
    day = date_text(event.date).replace(" ", "\N{NO-BREAK SPACE}")
    return f"{event.title}, {day}"


def reached(figures: Figures) -> list[Section]:
    """Return the new companies reached and the contacts with companies, if there are any. Too few are hidden."""
    outreach = figures.outreach
    if outreach is None or not outreach.has_contacts:
        return []
    numbers = {OutreachNewCompanies.label: outreach.new_companies}
    numbers |= {label: outreach.contacts[kind] for kind, label in KINDS.items()}
    return [
        Section(
            "outreach",
            findings.outreach(outreach.new_companies),
            _("Reaching out to companies"),
            _(
                "All that the staff have logged up to and including %(day)s. It has no job type.",
                day=date_text(figures.as_of),
            ),
            tables=[
                Table(
                    _("Reaching out to companies"),
                    [Column(_("Contact"), words=True), Column(_("Number"))],
                    [[_(label), Sign.HIDDEN if number is None else number] for label, number in numbers.items()],
                )
            ],
        )
    ]


def do_jobs_last(figures: Figures, job_type: JobType, *, hides_small: bool) -> Section:
    """Return employment after some months, paid hours, and why jobs have ended."""
    told: dict[int, Employed | None] = {}
    rows: list[list[Cell]] = []
    for months in CHECKPOINT_MONTHS:
        counts = employed_after(figures.counts, months, job_type)
        told[months] = shown_employed(counts) if hides_small else counts
        rows.append([_("After %(months)s months", months=months), *_outcome(told[months])])
    title = findings.employed(told)
    hours = _shown(figures.counts.by_group(HiresCurrentByHours, job_type), hides_small=hides_small)
    ladder = _shown(figures.counts.by_group(HiresCurrentByLadder, job_type), hides_small=hides_small)
    ended = _shown(figures.counts.by_group(HiresEndedByReason, job_type), hides_small=hides_small)
    by_hours = _("Employed on that day, by paid hours a week")
    return Section(
        "lasting",
        title,
        _("Do the jobs last?"),
        _caption(figures, job_type, figures.day_of_groups),
        charts=[],
        tables=[
            Table(
                _(StillEmployed.label),
                [
                    Column(_("After the start"), words=True),
                    Column(_("Employed")),
                    Column(_("Of")),
                    Column(_("Share")),
                    Column(_("Not employed")),
                    Column(_("Unknown")),
                ],
                rows,
                note=_("Of the hires whose day has come. Where some are unknown, the share is at least so high."),
            ),
            _parts_table(
                by_hours,
                (_("Paid hours a week"), _("Employed")),
                {_(HiresCurrentByHours.group_labels[band]): number for band, number in hours.items()},
            ),
            _parts_table(
                ladder_label(figures),
                (_("Paid hours a week"), _("Employed")),
                {_(HiresCurrentByLadder.group_labels[group]): number for group, number in ladder.items()},
            ),
            _parts_table(
                _(HiresEndedByReason.label),
                (_("Reason"), _("Ended")),
                {_(HiresEndedByReason.group_labels[reason]): number for reason, number in ended.items() if number != 0},
            ),
        ],
    )


def definitions() -> Section:
    """Return what each measure counts."""
    return Section(
        "definitions",
        _("What the figures mean"),
        _("Definitions"),
        entries=[Entry(_(measure.label), _(measure.definition)) for measure in catalogue.listed()],
        begins_page=True,
    )


def signs() -> str:
    """Return the sentence that explains the signs in tables."""
    return _(
        "Signs in tables: 0 none; %(hidden)s too few to be shown; %(unknown)s unknown; %(none)s does not apply.",
        hidden=Sign.HIDDEN.mark,
        unknown=Sign.UNKNOWN.mark,
        none=Sign.NOT_APPLICABLE.mark,
    )


def _outcome(counts: Employed | None) -> list[Cell]:
    """Return the cells of those employed, all, the share, those not employed, and unknown ones."""
    if counts is None:
        return [Sign.HIDDEN] * 5
    share = Share(counts.yes / counts.of, at_least=counts.unknown > 0) if counts.of else Sign.NOT_APPLICABLE
    return [counts.yes, counts.of, share, counts.no, counts.unknown]


def _parts_table(title: str, headings: tuple[str, str], parts: Mapping[str, int | None]) -> Table:
    """Return a table of the parts of a whole, each with its share of it; None: hidden, and so is the whole then."""
    shown = [number for number in parts.values() if number is not None]
    total: int | None = sum(shown) if len(shown) == len(parts) else None
    rows: list[list[Cell]] = [
        [name, Sign.HIDDEN if number is None else number, _share(number, total)] for name, number in parts.items()
    ]
    if total is not None:
        rows.append([_("In all"), total, Sign.NOT_APPLICABLE])
    return Table(title, [Column(headings[0], words=True), Column(headings[1]), Column(_("Share"))], rows)


def _share(part: int | None, of: int | None) -> Cell:
    if part is None or of is None:
        return Sign.HIDDEN
    return Share(part / of) if part and of else Sign.NOT_APPLICABLE


def _shown(parts: Mapping[str, int], *, hides_small: bool) -> Mapping[str, int | None]:
    return shown_counts(parts) if hides_small else parts


def _caption(figures: Figures, job_type: JobType, day: date | None = None) -> str:
    return _(
        "%(job_type)s, all that the taskforce has recorded up to and including %(day)s.",
        job_type=_(JOB_TYPES[job_type]),
        day=date_text(day or figures.as_of),
    )
